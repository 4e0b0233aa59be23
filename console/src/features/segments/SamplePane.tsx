import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contactQuery, contactSearchQuery, explainQuery } from '@/api/queries';
import type { ContactItem, Expression, Preview } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { isWrong } from '@/ui/expression/draft';
import { ExplainTree } from '@/ui/expression/ExplainTree';
import { Section } from '@/ui/Page';
import { PersonCell, PersonName, nameInSentence } from '@/ui/people';
import { StageBadge } from '@/ui/StageBadge';
import { Loaded, SkeletonRows } from '@/ui/states';
import { useStill } from '@/ui/still';

const nobody: ContactItem[] = [];

function Row({
  contact,
  current,
  onPick,
}: {
  contact: ContactItem;
  current: boolean;
  onPick: () => void;
}) {
  const { t } = useTranslation();
  const { ago } = useFormat();
  const now = useNow();
  return (
    <li data-list-row>
      <button type="button" className="segments-sample-row" aria-pressed={current} onClick={onPick}>
        <PersonCell contact={contact} link={false} />
        <span className="small faint segments-sample-end">
          {contact.stage && <StageBadge name={contact.stage.name} />}
          <span>
            {contact.last_interaction_at === null
              ? t('ui.never')
              : ago(contact.last_interaction_at, now)}
          </span>
        </span>
      </button>
    </li>
  );
}

function Why({ id, expression }: { id: number; expression: Expression }) {
  const { t } = useTranslation();
  const contact = useQuery(contactQuery(id)).data;
  const wrong = isWrong(expression);
  const explain = useQuery({ ...explainQuery(id, expression), enabled: !wrong });
  const name = nameInSentence(contact?.name ?? '', 60) || t('ui.no_name');
  const title =
    explain.data?.matched === false
      ? t('segments.why_out', { name })
      : t('segments.why_in', { name });
  // The field says what is wrong with it; there is nothing to ask the server.
  if (wrong) return null;
  return (
    <Section
      title={title}
      end={
        <Link className="text-link small" to="/contacts/$contactId" params={{ contactId: id }}>
          {t('segments.open_person')}
        </Link>
      }
    >
      <Loaded
        query={explain}
        what={t('segments.explain_failed')}
        waiting={<SkeletonRows rows={2} />}
      >
        {(data) => <ExplainTree explanation={data} expression={expression} />}
      </Loaded>
    </Section>
  );
}

function Ask({ onPick }: { onPick: (id: number) => void }) {
  const { t } = useTranslation();
  const bot = useBot();
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text, 200);
  const found = useQuery(contactSearchQuery(bot.id, asked)).data?.items ?? [];
  return (
    <div className="section">
      <TextInput
        label={t('segments.ask')}
        placeholder={t('contacts.search')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {text.trim() !== '' && (
        <ul style={{ paddingTop: 8 }}>
          {found.map((contact) => (
            <li key={contact.id}>
              <button
                type="button"
                className="segments-sample-row"
                onClick={() => {
                  onPick(contact.id);
                  setText('');
                }}
              >
                <PersonName name={contact.name} />
                <span className="small faint segments-sample-end">
                  {contact.username ? `@${contact.username}` : ''}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A few of the people, drawn at random and stable, and why any person is in or out. */
export function SamplePane({
  preview,
  stale,
  failed,
  expression,
}: {
  preview: Preview | undefined;
  stale: boolean;
  /** There is no sample of this input, and none is on its way. */
  failed: boolean;
  expression: Expression;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const navigate = useNavigate();
  const search = useSearch({ from: '/frame/segments/$segmentId' });
  const params = useParams({ from: '/frame/segments/$segmentId' });
  // The few stay while news come, and so does whoever is in view.
  const { rows: sample } = useStill(
    preview?.sample ?? nobody,
    stale ? null : JSON.stringify(expression),
    (contact) => contact.id,
    { gone: 'keep', fresh: 'never' },
  );
  const person = search.person ?? sample[0]?.id;
  const pick = (id: number) =>
    void navigate({
      to: '/segments/$segmentId',
      params,
      search: { ...search, person: id },
      replace: true,
    });
  return (
    <aside className="pane" aria-label={t('segments.sample')}>
      <div className="section-head">
        <h2>{t('segments.sample')}</h2>
        {preview && (
          <span className="small faint">{t('segments.sample_note', { count: sample.length })}</span>
        )}
        {preview && preview.count > 0 && (
          <Link className="text-link small end" to="/contacts" search={{ e: expression }}>
            {t('segments.all', { number: number(preview.count) })}
          </Link>
        )}
      </div>
      {!preview && !failed && <SkeletonRows rows={5} />}
      {preview && sample.length === 0 && <p className="muted">{t('segments.sample_none')}</p>}
      <ul className="segments-sample" data-stale={stale || undefined}>
        {sample.map((contact) => (
          <Row
            key={contact.id}
            contact={contact}
            current={contact.id === person}
            onPick={() => pick(contact.id)}
          />
        ))}
      </ul>
      {person !== undefined && <Why id={person} expression={expression} />}
      <Ask onPick={pick} />
    </aside>
  );
}
