import { Button, CopyButton, Popover, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '@/api/client';
import { contactSearchQuery } from '@/api/queries';
import type { TestAnswer } from '@/api/types';
import { useBot, useWorkspace } from '@/api/workspace';
import { PersonName } from '@/ui/people';
import { useProblemText } from '@/ui/states';
import { toast } from '@/ui/toast';
import type { useDraft } from './draft';

interface BindAnswer {
  link: string;
  code: string;
  expires_at: number;
}

/** Binding one's own Telegram account to a bot, once. */
function Bind() {
  const { t } = useTranslation();
  const bot = useBot();
  const problem = useProblemText();
  const bind = useMutation({ mutationFn: () => post<BindAnswer>('/members/me/telegram', { bot_id: bot.id }) });
  if (!bind.data) {
    return (
      <>
        <p className="muted">{t('compose.bind_text')}</p>
        <Button loading={bind.isPending} onClick={() => bind.mutate()}>{t('compose.bind')}</Button>
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
        <CopyButton value={command}>{({ copied, copy }) => <Button onClick={copy}>{t(copied ? 'segments.copied' : 'segments.copy')}</Button>}</CopyButton>
      </div>
      <a className="text-link" href={bind.data.link} target="_blank" rel="noreferrer">{t('compose.bind_open')}</a>
    </>
  );
}

/** One real send before the many: to oneself, or to any person by name. */
export function TestPopover({ draft, disabled }: { draft: ReturnType<typeof useDraft>; disabled: boolean }) {
  const { t } = useTranslation();
  const bot = useBot();
  const { session } = useWorkspace();
  const problem = useProblemText();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text, 200);
  const found = useQuery(contactSearchQuery(bot.id, asked)).data?.items ?? [];
  const test = useMutation({
    mutationFn: async (to: { me: true } | { contacts: number[] }) => {
      const saved = await draft.saveNow();
      return post<TestAnswer>(`/campaigns/${saved.id}/test`, to);
    },
    onSuccess: ({ sent }) => {
      const one = sent[0];
      toast(one && one.state !== 'failed' ? t('compose.test_sent') : t('compose.test_failed', { reason: one?.reason ?? '' }));
      setOpen(false);
    },
  });
  const mine = session.member.telegram;
  return (
    <Popover opened={open} onChange={setOpen} position="top-end" width={320} trapFocus>
      <Popover.Target>
        <Button size="md" disabled={disabled} onClick={() => (mine ? test.mutate({ me: true }) : setOpen(!open))} loading={test.isPending}>{t('compose.test')}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className="campaigns-button-form">
          <Bind />
          <TextInput label={t('compose.test_person')} placeholder={t('contacts.search')} value={text} onChange={(event) => setText(event.currentTarget.value)} />
          {text.trim() !== '' && (
            <ul>
              {found.map((contact) => (
                <li key={contact.id}>
                  <button type="button" className="campaigns-test-person" disabled={!contact.reachable || test.isPending} onClick={() => test.mutate({ contacts: [contact.id] })}>
                    <PersonName name={contact.name} /> <span className="small faint">{contact.username ? `@${contact.username}` : ''}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
          {test.error && <p className="field-error" role="alert">{problem(test.error)}</p>}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
