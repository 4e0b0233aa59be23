import { PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post, Problem } from '@/api/client';
import type { Session } from '@/api/types';
import { useProblemText } from '@/ui/states';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { Sheet } from './gate';

/** A team without a bot has one thing to do. */
export function FirstBot({ session }: { session: Session }) {
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
    onSuccess: () => client.invalidateQueries({ queryKey: ['session'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const under =
    add.error instanceof Problem ? (add.error.field('/token') ?? problem(add.error)) : undefined;
  return (
    <Sheet>
      <h1>{t('gate.first_bot')}</h1>
      <p className="muted">{t('gate.first_bot_text')}</p>
      {session.rights.includes('manage_bots') ? (
        <form onSubmit={submit} noValidate>
          <PasswordInput
            label={t('gate.token')}
            description={t('gate.token_hint')}
            autoComplete="off"
            required
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            error={under}
            visibilityToggleButtonProps={{ 'aria-label': t('gate.show_password') }}
          />
          <ReasonedButton
            type="submit"
            size="md"
            variant="filled"
            fullWidth
            loading={add.isPending}
            reason={token.trim() ? undefined : t('gate.token_first')}
          >
            {t('gate.connect')}
          </ReasonedButton>
        </form>
      ) : (
        <p className="callout">{t('gate.ask_owner')}</p>
      )}
    </Sheet>
  );
}
