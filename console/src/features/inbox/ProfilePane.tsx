import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode, RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { stagesQuery, tagsQuery, timelineQuery } from '@/api/queries';
import type { Contact } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { ExplainTree, stageRules } from '@/ui/expression/ExplainTree';
import { Avatar, PersonName } from '@/ui/people';
import { StageBadge } from '@/ui/StageBadge';
import { Skeleton, useProblemText } from '@/ui/states';
import { TagChip } from '@/ui/TagChip';
import { useEntryText } from '@/ui/TimelineEntry';
import type { ConversationActions } from './conversationActions';
import { TagPicker } from '@/ui/TagPicker';

const TIMELINE_SHOWN = 9;

function Tags({
  contact,
  actions,
  input,
}: {
  contact: Contact;
  actions: ConversationActions;
  input: RefObject<HTMLInputElement | null>;
}) {
  const { t } = useTranslation();
  const can = useCan();
  const bot = useBot();
  const problem = useProblemText();
  const known = useQuery(tagsQuery(bot.id)).data?.items ?? [];
  return (
    <section aria-label={t('contacts.tags')} className="inbox-profile-part">
      <div className="inbox-profile-tags">
        {contact.tags.map((tag) => (
          <TagChip
            key={tag.id}
            name={tag.name}
            color={tag.color}
            {...(can('edit_contacts') ? { onRemove: () => actions.untag(tag.name) } : {})}
          />
        ))}
      </div>
      {can('edit_contacts') && (
        <TagPicker
          ref={input}
          size="xs"
          aria-label={t('person.add_tag')}
          placeholder={t('inbox.add_tag')}
          rightSection={<kbd aria-hidden="true">t</kbd>}
          value={[]}
          known={known
            .map((tag) => tag.name)
            .filter((name) => !contact.tags.some((own) => own.name === name))}
          onChange={(add) => add.length > 0 && actions.tags.mutate({ add })}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        />
      )}
      {actions.tags.error && (
        <p className="field-error" role="alert">
          {problem(actions.tags.error)}
        </p>
      )}
    </section>
  );
}

function Stage({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const bot = useBot();
  const rules = useQuery(stagesQuery(bot.id)).data?.items;
  return (
    <section aria-label={t('person.stage')} className="inbox-profile-part">
      <p className="inline">
        {contact.stage && (
          <b>
            <StageBadge name={contact.stage.name} />
          </b>
        )}
        <Link className="end text-link small" to="/stages">
          {t('person.the_rules')}
        </Link>
      </p>
      {contact.stage_explained && rules && (
        <div className="small">
          <ExplainTree explanation={contact.stage_explained} expression={stageRules(rules)} />
        </div>
      )}
    </section>
  );
}

function Facts({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const { date, language } = useFormat();
  const rows: [string, ReactNode][] = [];
  for (const [key, value] of Object.entries(contact.source))
    if (value)
      rows.push([t([`person.source.${key}`, 'person.source.other'], { key }), String(value)]);
  rows.push([t('person.joined'), date(contact.first_seen_at)]);
  if (contact.language) rows.push([t('person.language'), language(contact.language)]);
  for (const [key, value] of Object.entries(contact.attributes)) rows.push([key, String(value)]);
  return (
    <section aria-label={t('inbox.facts')} className="inbox-profile-part">
      <dl className="inbox-profile-facts">
        {rows.slice(0, 14).map(([name, value]) => (
          <div key={name}>
            <dt className="cut">{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Latest({ id }: { id: number }) {
  const { t } = useTranslation();
  const { date, time } = useFormat();
  const say = useEntryText();
  const query = useInfiniteQuery(timelineQuery(id));
  const entries = query.data?.pages[0]?.items ?? [];
  const today = new Date().toDateString();
  return (
    <section aria-label={t('person.timeline')} className="inbox-profile-part">
      <p className="inline">
        <b>{t('person.timeline')}</b>
        <Link className="end text-link small" to="/contacts/$contactId" params={{ contactId: id }}>
          {t('inbox.whole_timeline')}
        </Link>
      </p>
      {query.error && <p className="small bad">{t('person.timeline_failed')}</p>}
      {query.isPending && !query.error && <Skeleton height={120} width="100%" />}
      <ol className="inbox-profile-timeline">
        {entries.slice(0, TIMELINE_SHOWN).map((entry) => (
          <li key={entry.id}>
            <span className="faint figure">
              {new Date(entry.at).toDateString() === today ? time(entry.at) : date(entry.at)}
            </span>
            <bdi className="cut">{say(entry).slice(0, 160)}</bdi>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Who is being talked to: tags, stage and why, where from, what they did last. */
export function ProfilePane({
  contact,
  actions,
  tagInput,
}: {
  contact: Contact;
  actions: ConversationActions;
  tagInput: RefObject<HTMLInputElement | null>;
}) {
  const { t } = useTranslation();
  return (
    <>
      <div className="inline profile-head">
        <Avatar large name={contact.name} />
        <span style={{ minWidth: 0 }}>
          <Link to="/contacts/$contactId" params={{ contactId: contact.id }}>
            <b className="cut inbox-profile-name">
              <PersonName name={contact.name} />
            </b>
          </Link>
          <span className="small faint cut inbox-profile-name">
            {contact.username
              ? t('person.handle', { name: contact.username, id: contact.telegram_id })
              : String(contact.telegram_id)}
          </span>
          {!contact.reachable && (
            <span className="small bad">
              {t(`unreachable.${contact.unreachable_reason ?? 'blocked'}`)}
            </span>
          )}
        </span>
      </div>
      <Tags contact={contact} actions={actions} input={tagInput} />
      <Stage contact={contact} />
      <Facts contact={contact} />
      <Latest id={contact.id} />
    </>
  );
}
