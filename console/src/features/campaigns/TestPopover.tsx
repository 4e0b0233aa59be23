import { Button, CopyButton, Popover } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '@/api/client';
import { testersQuery } from '@/api/queries';
import type { TestAnswer } from '@/api/types';
import { useBot, useBotAddress, useWorkspace } from '@/api/workspace';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { useProblemText } from '@/ui/states';
import { toast } from '@/ui/toast';
import type { useDraft } from './draft';
import { TestGroup } from './TestGroup';

/** Binding one's own Telegram account to a bot, once. */
function Bind() {
  const { t } = useTranslation();
  const bot = useBot();
  const addressOf = useBotAddress();
  const problem = useProblemText();
  const bind = useMutation({
    mutationFn: () => post('/members/me/telegram', { body: { bot_id: bot.id } }),
  });
  if (!bind.data) {
    return (
      <>
        <p className="muted">{t('compose.bind_text')}</p>
        <Button loading={bind.isPending} onClick={() => bind.mutate()}>
          {t('compose.bind')}
        </Button>
        {bind.error && <p className="field-error">{problem(bind.error)}</p>}
      </>
    );
  }
  const command = `/start ${bind.data.code}`;
  return (
    <>
      <p className="muted">{t('compose.bind_do')}</p>
      <div className="inline">
        <code className="cut">{command}</code>
        <CopyButton value={command}>
          {({ copied, copy }) => (
            <Button onClick={copy}>{t(copied ? 'segments.copied' : 'segments.copy')}</Button>
          )}
        </CopyButton>
      </div>
      <a className="text-link" href={addressOf(bind.data.link)} target="_blank" rel="noreferrer">
        {t('compose.bind_open')}
      </a>
    </>
  );
}

type Whom = { me: true } | { group: true } | { contacts: number[] };

/** What became of a test, in one sentence: the first who did not get it, or how many did. */
function useTold() {
  const { t } = useTranslation();
  return ({ sent }: TestAnswer) => {
    const failed = sent.filter(
      (one) => one.state !== 'sent' && one.state !== 'pending' && one.state !== 'leased',
    );
    return failed.length === 0
      ? t('compose.test_sent', { count: sent.length })
      : t('compose.test_failed', { count: failed.length, reason: failed[0]?.reason ?? '' });
  };
}

/** A real send before the many: to oneself, to the saved test group, or to any person by name. */
export function TestPopover({
  draft,
  reason,
}: {
  draft: ReturnType<typeof useDraft>;
  /** Why no test can be sent yet; undefined when one can. */
  reason: string | undefined;
}) {
  const { t } = useTranslation();
  const bot = useBot();
  const { session } = useWorkspace();
  const problem = useProblemText();
  const told = useTold();
  const [open, setOpen] = useState(false);
  const group = useQuery(testersQuery(bot.id)).data?.items.length ?? 0;
  const test = useMutation({
    mutationFn: async (to: Whom) => {
      const saved = await draft.saveNow();
      return post('/campaigns/{id}/test', { params: { path: { id: saved.id } }, body: to });
    },
    onSuccess: (answer) => {
      toast(told(answer));
      setOpen(false);
    },
  });
  if (reason !== undefined)
    return (
      <ReasonedButton size="md" reason={reason}>
        {t('compose.test')}
      </ReasonedButton>
    );
  return (
    <Popover opened={open} onChange={setOpen} position="top-end" width={340} trapFocus>
      <Popover.Target>
        <Button size="md" onClick={() => setOpen(!open)} loading={test.isPending}>
          {t('compose.test')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className="campaigns-button-form">
          {session.member.telegram ? (
            <Button loading={test.isPending} onClick={() => test.mutate({ me: true })}>
              {t('compose.test_me')}
            </Button>
          ) : (
            <Bind />
          )}
          <ReasonedButton
            reason={group === 0 ? t('compose.test_group_empty') : undefined}
            loading={test.isPending}
            onClick={() => test.mutate({ group: true })}
          >
            {t('compose.test_to_group', { count: group })}
          </ReasonedButton>
          <TestGroup
            busy={test.isPending}
            onSend={(contact) => test.mutate({ contacts: [contact] })}
          />
          {test.error && (
            <p className="field-error" role="alert">
              {problem(test.error)}
            </p>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
