import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type CSSProperties, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { lifeQuery, stagesQuery } from '@/api/queries';
import type { Contact, ContactLife, Stage } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { ExplainTree, nextChange, stageRules, useFacts } from '@/ui/expression/ExplainTree';
import { useSentence } from '@/ui/expression/sentence';
import { Section } from '@/ui/Page';
import { nameInSentence } from '@/ui/people';
import { StageBadge, useStageColor, useStageName } from '@/ui/StageBadge';
import { lifeMarks, lifeParts, presentOf } from './life';

const percent = (share: number) => `${share * 100}%`;

/** What was, whole; what comes if nothing is heard, striped; between them, now. */
export function LifeBar({ life }: { life: ContactLife }) {
  const { t } = useTranslation();
  const { date, list } = useFormat();
  const color = useStageColor();
  const stageName = useStageName();
  const parts = lifeParts(life);
  const marks = lifeMarks(life);
  const told = life.items.map(({ name, from }) =>
    t(from > life.now ? 'person.life_coming' : 'person.life_from', {
      stage: stageName(name),
      date: date(from),
    }),
  );
  const now = marks.find((mark) => mark.now);
  return (
    <div className="contacts-life">
      <div className="contacts-life-bar" role="img" aria-label={list(told, 'conjunction')}>
        {parts.map((part) => (
          <i
            key={`${part.from} ${part.coming}`}
            className={part.coming ? 'contacts-life-coming' : undefined}
            title={t('person.life_from', { stage: stageName(part.name), date: date(part.from) })}
            style={
              {
                left: percent(part.left),
                width: percent(part.width),
                '--fill': color(part.name),
              } as CSSProperties
            }
          />
        ))}
        {now && <b style={{ left: percent(now.left) }} />}
      </div>
      <div className="contacts-life-dates" aria-hidden="true">
        {marks.map((mark) => (
          <span
            key={mark.at}
            className={mark.close ? 'wide-only' : undefined}
            data-now={mark.now || undefined}
            data-end={mark.left < 0.04 ? 'left' : mark.left > 0.94 ? 'right' : undefined}
            style={{ left: percent(mark.left) }}
          >
            {mark.now ? t('person.life_now') : date(mark.at)}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Why somebody is in their stage, and what comes if nothing is heard of them, as one saying. */
export function StageSentence({
  contact,
  rules,
  life,
  untold,
}: {
  contact: Contact;
  rules: Stage[];
  life: ContactLife | undefined;
  /** What comes cannot be told. */
  untold: boolean;
}) {
  const { t } = useTranslation();
  const { dateTime, list } = useFormat();
  const sentence = useSentence();
  const factOf = useFacts();
  const stageName = useStageName();
  const asked = contact.stage_explained?.tree.children ?? [];
  const rule = rules[asked.length - 1];
  if (!contact.stage || !rule) return <p className="muted">{t('person.stage_plain')}</p>;
  const stage = stageName(contact.stage.name);
  const isRest = 'all' in rule.expression && rule.expression.all.length === 0;
  const fact = factOf(asked.at(-1)?.fact ?? null);
  const because = isRest
    ? t('person.stage_rest', { stage })
    : t(fact ? 'person.stage_because_fact' : 'person.stage_because', {
        stage,
        rule: sentence(rule.expression),
        fact,
      });
  const before = rules.slice(0, asked.length - 1).map((each) => stageName(each.name));
  const coming = life ? presentOf(life).coming : [];
  const then = coming.map(({ name, from }) =>
    t('person.stage_on', { stage: stageName(name), at: dateTime(from) }),
  );
  // Where the life cannot be told, the rules still say when they ask again.
  const changes = contact.stage_explained ? nextChange(contact.stage_explained.tree) : null;
  return (
    <p className="contacts-stage-sentence">
      {because}
      {!isRest &&
        before.length > 0 &&
        ` ${t('person.stage_not', { count: before.length, stages: list(before, 'disjunction') })}`}
      {untold && changes !== null && (
        <span className="muted"> {t('explain.may_leave', { at: dateTime(changes) })}</span>
      )}
      {then.length > 0 && (
        <span className="muted">
          {` ${t('person.stage_then', {
            name: nameInSentence(contact.name, 40) || t('ui.no_name'),
            stages: list(then, 'conjunction'),
          })}`}
        </span>
      )}
    </p>
  );
}

/** A person's stage: the bar of their life, one sentence, and every rule for whoever asks. */
export function StageSection({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const { dateTime } = useFormat();
  const [open, setOpen] = useState(false);
  const rules = useQuery(stagesQuery(useBot().id)).data?.items;
  const lived = useQuery(lifeQuery(contact.id));
  const life = lived.data;
  const untold = lived.isError || life?.items.length === 0;
  const since = life && presentOf(life).present?.from;
  return (
    <Section
      title={t('person.stage')}
      note={
        contact.stage && (
          <span className="inline">
            <StageBadge name={contact.stage.name} />
            {since !== undefined && t('person.stage_since', { at: dateTime(since) })}
          </span>
        )
      }
      end={
        <Link className="text-link" to="/stages">
          {t('person.the_rules')}
        </Link>
      }
    >
      {life && life.items.length > 0 && <LifeBar life={life} />}
      {rules && <StageSentence contact={contact} rules={rules} life={life} untold={untold} />}
      {contact.stage_explained && rules && (
        <button
          type="button"
          className="text-link small"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {t(open ? 'person.fold_rules' : 'person.each_rule')}
        </button>
      )}
      {open && contact.stage_explained && rules && (
        <ExplainTree explanation={contact.stage_explained} expression={stageRules(rules)} />
      )}
    </Section>
  );
}
