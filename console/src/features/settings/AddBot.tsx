import { Modal, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post, Problem } from '@/api/client';
import { useProblemText } from '@/ui/states';
import { toast } from '@/ui/toast';
import { ReasonedButton } from '@/ui/ReasonedButton';

/** A token from @BotFather; Telegram is asked whose it is. */
export function AddBot({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const problem = useProblemText();
  const [token, setToken] = useState('');
  const add = useMutation({
    mutationFn: () =>
      post('/bots', {
        body: {
          token: token.trim(),
          language: i18n.language.startsWith('zh') ? 'zh' : 'en',
        },
      }),
    onSuccess: (bot) => {
      for (const key of ['bots', 'session']) void client.invalidateQueries({ queryKey: [key] });
      toast(t('settings.bot_added', { name: bot.name }));
      onClose();
    },
  });
  const field = add.error instanceof Problem ? add.error.field('/token') : undefined;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('settings.add_bot_title')}
      size={440}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <form
        className="settings-form"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <PasswordInput
          data-autofocus
          autoComplete="off"
          label={t('gate.token')}
          description={t('gate.token_hint')}
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          error={field}
          visibilityToggleButtonProps={{ 'aria-label': t('gate.show_password') }}
        />
        {add.error && !field && (
          <p className="field-error" role="alert">
            {problem(add.error)}
          </p>
        )}
        <ReasonedButton
          type="submit"
          variant="filled"
          loading={add.isPending}
          reason={token.trim() ? undefined : t('gate.token_first')}
        >
          {t('gate.connect')}
        </ReasonedButton>
      </form>
    </Modal>
  );
}
