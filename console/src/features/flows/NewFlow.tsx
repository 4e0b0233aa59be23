import { Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { freshKey, post } from '@/api/client';
import { useBot } from '@/api/workspace';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { useProblemText } from '@/ui/states';
import { starter } from './graph';

/** Makes a flow that already says something, and opens its menu. */
function useMake() {
  const { t } = useTranslation();
  const bot = useBot();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [key] = useState(freshKey);
  return useMutation({
    mutationFn: ({ name, command }: { name: string; command: string }) => {
      const graph = starter({
        command,
        question: t('flows.starter.question'),
        first: t('flows.starter.first'),
        second: t('flows.starter.second'),
        thanks: t('flows.starter.thanks'),
        firstTag: t('flows.starter.first_tag'),
        secondTag: t('flows.starter.second_tag'),
      });
      return post('/flows', { body: { bot_id: bot.id, name, graph } }, key);
    },
    onSuccess: (flow) => {
      void client.invalidateQueries({ queryKey: ['flows'] });
      void navigate({
        to: '/flows/$flowId',
        params: { flowId: flow.id },
        search: { node: 'menu' },
      });
    },
  });
}

function NewFlowForm() {
  const { t } = useTranslation();
  const problem = useProblemText();
  const [name, setName] = useState('');
  const [typed, setTyped] = useState('');
  const make = useMake();
  const command = typed.trim().replace(/^\//u, '').toLowerCase();
  const isCommand = /^[a-z][a-z0-9_]{0,31}$/u.test(command);
  const unready = name.trim()
    ? isCommand
      ? undefined
      : t('flows.command_first')
    : t('ui.unnamed');
  return (
    <form
      className="flows-step-form"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate({ name: name.trim(), command });
      }}
    >
      <TextInput
        data-autofocus
        label={t('flows.name')}
        value={name}
        maxLength={120}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={t('flows.command')}
        description={t('flows.command_hint')}
        leftSection="/"
        value={typed}
        maxLength={32}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {make.error && (
        <p className="field-error" role="alert">
          {problem(make.error)}
        </p>
      )}
      <ReasonedButton type="submit" variant="filled" loading={make.isPending} reason={unready}>
        {t('flows.make')}
      </ReasonedButton>
    </form>
  );
}

export function NewFlow({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('flows.new')}
      size={420}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <NewFlowForm />
    </Modal>
  );
}
