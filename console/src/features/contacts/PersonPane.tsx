import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch, post } from '@/api/client';
import { tagsQuery } from '@/api/queries';
import type { Contact } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { useKeys } from '@/ui/keys';
import { Section } from '@/ui/Page';
import { Avatar, PersonName } from '@/ui/people';
import { useProblemText } from '@/ui/states';
import { TagChip } from '@/ui/TagChip';
import { toast } from '@/ui/toast';
import { typedValue } from '@/ui/typedValue';
import { TheirData } from './TheirData';
import { TagPicker } from '@/ui/TagPicker';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { Visits } from './Visits';

function useChange<T>(id: number, run: (input: T) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSettled: () => {
      for (const key of ['contact', 'timeline', 'explain'])
        void client.invalidateQueries({ queryKey: [key, id] });
    },
  });
}

/** Said above the facts already. */
const inHead = new Set(['language', 'username', 'first_name', 'last_name', 'country_by']);

function Facts({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const { dateTime, language } = useFormat();
  const rows: [string, ReactNode][] = [[t('person.joined'), dateTime(contact.first_seen_at)]];
  for (const [key, value] of Object.entries(contact.source))
    if (value)
      rows.push([t([`person.source.${key}`, 'person.source.other'], { key }), String(value)]);
  if (contact.language) rows.push([t('person.language'), language(contact.language)]);
  for (const [key, value] of Object.entries(contact.profile)) {
    if (!inHead.has(key) && value !== null && value !== '' && value !== false)
      rows.push([
        key === 'country'
          ? t(`person.country.${String(contact.profile['country_by'] ?? 'language')}`)
          : t([`person.profile.${key}`, 'person.source.other'], { key }),
        value === true ? t('builder.yes') : String(value),
      ]);
  }
  rows.push([
    t('person.reachable'),
    contact.reachable ? (
      t('builder.yes')
    ) : (
      <span className="bad">{t(`unreachable.${contact.unreachable_reason ?? 'blocked'}`)}</span>
    ),
  ]);
  return (
    <dl className="contacts-facts">
      {rows.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Tags({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const { date } = useFormat();
  const can = useCan();
  const bot = useBot();
  const known = useQuery(tagsQuery(bot.id)).data?.items ?? [];
  const input = useRef<HTMLInputElement>(null);
  const problem = useProblemText();
  const change = useChange(contact.id, (tags: { add?: string[]; remove?: string[] }) =>
    post('/contacts/{id}/tags', { params: { path: { id: contact.id } }, body: tags }),
  );
  useKeys({ t: () => input.current?.focus() });
  const remove = (name: string) =>
    change.mutate(
      { remove: [name] },
      {
        onSuccess: () =>
          toast(t('person.tag_removed', { name }), {
            label: t('ui.undo'),
            run: () => change.mutate({ add: [name] }),
          }),
      },
    );
  return (
    <Section title={t('contacts.tags')}>
      {can('edit_contacts') && (
        <TagPicker
          ref={input}
          size="xs"
          aria-label={t('person.add_tag')}
          placeholder={t('person.add_tag')}
          value={[]}
          known={known
            .map((tag) => tag.name)
            .filter((name) => !contact.tags.some((own) => own.name === name))}
          onChange={(add) => add.length > 0 && change.mutate({ add })}
        />
      )}
      {change.error && (
        <p className="field-error" role="alert">
          {problem(change.error)}
        </p>
      )}
      {contact.tags.length === 0 && (
        <p className="muted" style={{ paddingTop: 8 }}>
          {t('person.no_tags')}
        </p>
      )}
      <ul className="contacts-person-tags">
        {contact.tags.map((tag) => (
          <li key={tag.id}>
            <TagChip name={tag.name} color={tag.color} />
            <span className="small faint contacts-person-origin">
              {t(tag.origin.name ? 'person.origin_name' : 'person.origin', {
                by: t(`person.by.${tag.origin.by}`),
                name: tag.origin.name,
                date: date(tag.at),
              })}
            </span>
            {can('edit_contacts') && (
              <ActionIcon
                aria-label={t('ui.remove_tag', { name: tag.name })}
                onClick={() => remove(tag.name)}
              >
                <IconX size={13} stroke={1.5} aria-hidden="true" />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

const typed = (text: string) => (text === '' ? null : typedValue(text));

function Attribute({ contact, name, value }: { contact: Contact; name: string; value: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const [text, setText] = useState<string | null>(null);
  const change = useChange(contact.id, (next: string) =>
    patch('/contacts/{id}', {
      params: { path: { id: contact.id } },
      body: { attributes: { [name]: typed(next.trim()) } },
    }),
  );
  const save = () => {
    if (text !== null && text !== value) change.mutate(text, { onSuccess: () => setText(null) });
  };
  return (
    <li>
      <span className="name cut">{name}</span>
      <TextInput
        size="xs"
        style={{ flex: 1 }}
        aria-label={name}
        readOnly={!can('edit_contacts')}
        value={text ?? value}
        error={change.error ? t('person.not_saved') : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={save}
        onKeyDown={(event) => event.key === 'Enter' && save()}
      />
    </li>
  );
}

function Attributes({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const can = useCan();
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const add = useChange(contact.id, () =>
    patch('/contacts/{id}', {
      params: { path: { id: contact.id } },
      body: { attributes: { [name.trim()]: typed(value.trim()) } },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(undefined, {
      onSuccess: () => {
        setName('');
        setValue('');
      },
    });
  };
  const entries = Object.entries(contact.attributes);
  return (
    <Section title={t('person.attributes')}>
      {entries.length === 0 && <p className="muted">{t('person.no_attributes')}</p>}
      <ul className="contacts-person-attributes">
        {entries.map(([key, held]) => (
          <Attribute key={key} contact={contact} name={key} value={String(held)} />
        ))}
      </ul>
      {can('edit_contacts') && (
        <form className="inline" style={{ paddingTop: 8 }} onSubmit={submit}>
          <TextInput
            size="xs"
            w={104}
            aria-label={t('builder.attribute_key')}
            placeholder={t('builder.attribute_key')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            size="xs"
            style={{ flex: 1 }}
            aria-label={t('builder.attribute_value')}
            placeholder={t('builder.attribute_value')}
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
          <ReasonedButton
            type="submit"
            loading={add.isPending}
            reason={name.trim() && value.trim() ? undefined : t('person.attribute_first')}
          >
            {t('person.add')}
          </ReasonedButton>
        </form>
      )}
    </Section>
  );
}

function OptOut({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const can = useCan();
  const out = contact.unreachable_reason === 'opted_out';
  const change = useChange(contact.id, (opted_out: boolean) =>
    patch('/contacts/{id}', { params: { path: { id: contact.id } }, body: { opted_out } }),
  );
  if (!can('edit_contacts') || (!contact.reachable && !out)) return null;
  return (
    <Section title={t('person.bulk')}>
      <p className="muted" style={{ paddingBottom: 8 }}>
        {t(out ? 'person.bulk_out' : 'person.bulk_in')}
      </p>
      <Button loading={change.isPending} onClick={() => change.mutate(!out)}>
        {t(out ? 'person.opt_in' : 'person.opt_out')}
      </Button>
    </Section>
  );
}

/** The side of a person's page: who they are, tags, attributes. */
export function PersonPane({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="contacts-person-head">
        <Avatar large name={contact.name} />
        <div style={{ minWidth: 0 }}>
          <p className="cut">
            <b>
              <PersonName name={contact.name} />
            </b>
          </p>
          <p className="small faint cut">
            {contact.username
              ? t('person.handle', { name: contact.username, id: contact.telegram_id })
              : String(contact.telegram_id)}
          </p>
        </div>
      </div>
      <Facts contact={contact} />
      <Tags contact={contact} />
      <Attributes contact={contact} />
      <OptOut contact={contact} />
      <Visits contact={contact} />
      <TheirData contact={contact} />
    </>
  );
}
