import { ActionIcon, Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { put } from '@/api/client';
import { contactSearchQuery, testersQuery } from '@/api/queries';
import { useBot } from '@/api/workspace';
import { PersonName } from '@/ui/people';
import { useProblemText } from '@/ui/states';

/** The saved test group of the bot, and a search that sends to one person or adds them. */
export function TestGroup({ busy, onSend }: { busy: boolean; onSend: (contact: number) => void }) {
  const { t } = useTranslation();
  const bot = useBot();
  const client = useQueryClient();
  const problem = useProblemText();
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text, 200);
  const found = useQuery(contactSearchQuery(bot.id, asked)).data?.items ?? [];
  const testers = useQuery(testersQuery(bot.id)).data?.items ?? [];
  const save = useMutation({
    mutationFn: (contacts: number[]) =>
      put('/bots/{id}/testers', { params: { path: { id: bot.id } }, body: { contacts } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['testers', bot.id] }),
  });
  const ids = testers.map((tester) => tester.contact_id);
  return (
    <>
      <h4>{t('compose.test_group')}</h4>
      {testers.length === 0 ? (
        <p className="small faint">{t('compose.test_group_empty')}</p>
      ) : (
        <ul>
          {testers.map((tester) => (
            <li key={tester.contact_id} className="inline">
              <PersonName name={tester.name} />
              {!tester.reachable && (
                <span className="small faint">{t('expression.unreachable')}</span>
              )}
              <ActionIcon
                className="end"
                disabled={save.isPending}
                aria-label={t('compose.test_group_remove', { name: tester.name })}
                onClick={() => save.mutate(ids.filter((id) => id !== tester.contact_id))}
              >
                <IconX size={14} stroke={1.5} aria-hidden="true" />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <TextInput
        label={t('compose.test_person')}
        placeholder={t('contacts.search')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {text.trim() !== '' && (
        <ul>
          {found.map((contact) => (
            <li key={contact.id} className="inline">
              <button
                type="button"
                className="campaigns-test-person"
                disabled={!contact.reachable || busy}
                onClick={() => onSend(contact.id)}
              >
                <PersonName name={contact.name} />{' '}
                <span className="small faint">
                  {contact.username ? `@${contact.username}` : ''}
                </span>
              </button>
              <Button
                variant="subtle"
                className="end"
                disabled={ids.includes(contact.id) || save.isPending}
                aria-label={t('compose.test_group_add_named', { name: contact.name })}
                onClick={() => save.mutate([...ids, contact.id])}
              >
                {t('compose.test_group_add')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {save.error && (
        <p className="field-error" role="alert">
          {problem(save.error)}
        </p>
      )}
    </>
  );
}
