import { ActionIcon, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { put } from '@/api/client';
import { contactSearchQuery, testersQuery } from '@/api/queries';
import type { ContactItem } from '@/api/types';
import { useBot } from '@/api/workspace';
import { PersonName } from '@/ui/people';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { useProblemText } from '@/ui/states';

/** Saving the group, whole each time. */
function useTesters() {
  const bot = useBot();
  const client = useQueryClient();
  const testers = useQuery(testersQuery(bot.id)).data?.items ?? [];
  const save = useMutation({
    mutationFn: (contacts: number[]) =>
      put('/bots/{id}/testers', { params: { path: { id: bot.id } }, body: { contacts } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['testers', bot.id] }),
  });
  return { testers, ids: testers.map((tester) => tester.contact_id), save };
}
type Testers = ReturnType<typeof useTesters>;

function Members({ group: { testers, ids, save } }: { group: Testers }) {
  const { t } = useTranslation();
  if (testers.length === 0) return <p className="small faint">{t('compose.test_group_empty')}</p>;
  return (
    <ul>
      {testers.map((tester) => (
        <li key={tester.contact_id} className="inline">
          <PersonName name={tester.name} />
          {!tester.reachable && <span className="small faint">{t('expression.unreachable')}</span>}
          <ActionIcon
            className="end"
            loading={save.isPending}
            aria-label={t('compose.test_group_remove', { name: tester.name })}
            onClick={() => save.mutate(ids.filter((id) => id !== tester.contact_id))}
          >
            <IconX size={14} stroke={1.5} aria-hidden="true" />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
}

/** Whoever was found: a press sends to them, unless nobody can. */
function Found({
  contact,
  group: { ids, save },
  busy,
  onSend,
}: {
  contact: ContactItem;
  group: Testers;
  busy: boolean;
  onSend: (contact: number) => void;
}) {
  const { t } = useTranslation();
  const who = (
    <>
      <PersonName name={contact.name} />{' '}
      <span className="small faint">{contact.username ? `@${contact.username}` : ''}</span>
    </>
  );
  return (
    <li className="inline">
      {contact.reachable ? (
        <button
          type="button"
          className="campaigns-test-person"
          aria-busy={busy}
          onClick={() => !busy && onSend(contact.id)}
        >
          {who}
        </button>
      ) : (
        <span className="campaigns-test-person">
          {who} <span className="small faint">{t('expression.unreachable')}</span>
        </span>
      )}
      <ReasonedButton
        variant="subtle"
        className="end"
        loading={save.isPending}
        reason={ids.includes(contact.id) ? t('compose.test_group_has') : undefined}
        aria-label={t('compose.test_group_add_named', { name: contact.name })}
        onClick={() => save.mutate([...ids, contact.id])}
      >
        {t('compose.test_group_add')}
      </ReasonedButton>
    </li>
  );
}

/** The saved test group of the bot, and a search that sends to one person or adds them. */
export function TestGroup({ busy, onSend }: { busy: boolean; onSend: (contact: number) => void }) {
  const { t } = useTranslation();
  const bot = useBot();
  const problem = useProblemText();
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text, 200);
  const found = useQuery(contactSearchQuery(bot.id, asked)).data?.items ?? [];
  const group = useTesters();
  return (
    <>
      <h4>{t('compose.test_group')}</h4>
      <Members group={group} />
      <TextInput
        label={t('compose.test_person')}
        placeholder={t('contacts.search')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {text.trim() !== '' && (
        <ul>
          {found.map((contact) => (
            <Found key={contact.id} contact={contact} group={group} busy={busy} onSend={onSend} />
          ))}
        </ul>
      )}
      {group.save.error && (
        <p className="field-error" role="alert">
          {problem(group.save.error)}
        </p>
      )}
    </>
  );
}
