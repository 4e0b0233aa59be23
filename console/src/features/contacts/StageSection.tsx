import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { stagesQuery } from '@/api/queries';
import type { Contact, Stage } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { ExplainTree, nextChange, stageRules, useFacts } from '@/ui/expression/ExplainTree';
import { useSentence } from '@/ui/expression/sentence';
import { Section } from '@/ui/Page';
import { StageBadge, useStageName } from '@/ui/StageBadge';

/** Why somebody is in their stage, and until when if nothing is heard of them, as one saying. */
export function StageSentence({ contact, rules }: { contact: Contact; rules: Stage[] }) {
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
  const changes = contact.stage_explained ? nextChange(contact.stage_explained.tree) : null;
  return (
    <p className="contacts-stage-sentence">
      {because}
      {!isRest &&
        before.length > 0 &&
        ` ${t('person.stage_not', { stages: list(before, 'disjunction') })}`}
      {changes !== null && (
        <span className="muted"> {t('explain.may_leave', { at: dateTime(changes) })}</span>
      )}
    </p>
  );
}

/** A person's stage: one sentence, and every rule for whoever asks. */
export function StageSection({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const rules = useQuery(stagesQuery(useBot().id)).data?.items;
  return (
    <Section
      title={t('person.stage')}
      note={contact.stage && <StageBadge name={contact.stage.name} />}
      end={
        <Link className="text-link" to="/stages">
          {t('person.the_rules')}
        </Link>
      }
    >
      {rules && <StageSentence contact={contact} rules={rules} />}
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
