import { Button, Collapse, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { everyone, isEveryone, unreachableOnly } from '@/api/expressions';
import { previewQuery, segmentsQuery } from '@/api/queries';
import type { CampaignDraft, Expression } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { countable, isWrong, toLines } from '@/ui/expression/draft';
import { ExpressionBuilder } from '@/ui/expression/ExpressionBuilder';
import { Figure } from '@/ui/Figure';
import { useSentence } from '@/ui/expression/sentence';
import type { Forecast } from './forecast';

interface StepProps {
  draft: CampaignDraft;
  change: (part: Partial<CampaignDraft>) => void;
  forecast: Forecast;
}

/** The choice in the list: everyone, a segment, or conditions of this message's own. */
const choiceOf = (audience: Expression) =>
  'segment' in audience ? String(audience.segment.id) : isEveryone(audience) ? 'everyone' : 'own';

/** From those who match to those who are written to, each subtraction with its people. */
export function Subtraction({
  audience,
  forecast,
}: {
  audience: Expression;
  forecast: Pick<Forecast, 'data' | 'isError' | 'isPlaceholderData'>;
}) {
  const { t } = useTranslation();
  const { number, signed } = useFormat();
  return (
    <Figure query={forecast}>
      {({ left_out, held_out, writes_to }, stale) => (
        <dl className="campaigns-subtraction" aria-busy={stale || undefined}>
          <div>
            <dt>{t('compose.cannot')}</dt>
            <dd>
              <Count value={left_out} people={unreachableOnly(audience)} stale={stale}>
                {signed(-left_out)}
              </Count>
            </dd>
          </div>
          <div>
            <dt>{t('compose.held_out')}</dt>
            <dd>
              <Count value={held_out} stale={stale}>
                {signed(-held_out)}
              </Count>
            </dd>
          </div>
          <div className="total">
            <dt>{t('compose.will_write')}</dt>
            <dd>
              <Count value={writes_to} stale={stale}>
                {number(writes_to)}
              </Count>
            </dd>
          </div>
        </dl>
      )}
    </Figure>
  );
}

/** How many match, before anybody is taken off. */
function Matching({ audience }: { audience: Expression }) {
  const { t } = useTranslation();
  const bot = useBot();
  const wrong = isWrong(audience);
  const preview = useQuery({ ...previewQuery(bot.id, audience), enabled: !wrong });
  return (
    <span>
      <Figure
        query={wrong ? { ...preview, isError: true } : preview}
        without={
          <span className="field-error" role="alert">
            {t(wrong ? 'ui.correct' : 'compose.count_failed')}
          </span>
        }
      >
        {(data, stale) => (
          <>
            <Count value={data.count} people={audience} size="mid" stale={stale} />{' '}
            <span className="unit">{t('compose.match', { count: data.count })}</span>
          </>
        )}
      </Figure>
    </span>
  );
}

/** Everyone, a segment, or conditions of this message's own. */
function Choice({ audience, onPick }: { audience: Expression; onPick: (next: string) => void }) {
  const { t } = useTranslation();
  const bot = useBot();
  const segments = useQuery(segmentsQuery(bot.id)).data?.items ?? [];
  return (
    <Select
      w={240}
      searchable
      allowDeselect={false}
      aria-label={t('compose.who')}
      value={choiceOf(audience)}
      data={[
        { value: 'everyone', label: t('compose.everyone') },
        { value: 'own', label: t('compose.own_conditions') },
        ...segments.map((segment) => ({ value: String(segment.id), label: segment.name })),
      ]}
      onChange={(next) => next && onPick(next)}
    />
  );
}

/** What the choice says, in a sentence. */
function Sentence({ audience }: { audience: Expression }) {
  const bot = useBot();
  const sentence = useSentence();
  const segments = useQuery(segmentsQuery(bot.id)).data?.items ?? [];
  const chosen = segments.find((segment) => String(segment.id) === choiceOf(audience));
  return <p className="muted">{sentence(chosen?.expression ?? audience)}</p>;
}

export function AudienceStep({ draft, change, forecast }: StepProps) {
  const { t } = useTranslation();
  const choice = choiceOf(draft.audience);
  const [building, setBuilding] = useState(false);
  const [lines, setLines] = useState<Expression>(draft.audience);
  const pick = (next: string) => {
    if (next === 'own') setBuilding(true);
    else {
      change({ audience: next === 'everyone' ? everyone : { segment: { id: Number(next) } } });
      setBuilding(false);
    }
  };
  return (
    <section className="campaigns-step" aria-labelledby="step-who">
      <h2 id="step-who">{t('compose.who')}</h2>
      <div className="campaigns-step-body">
        <div className="inline wrap">
          <Choice audience={draft.audience} onPick={pick} />
          <Matching audience={draft.audience} />
        </div>
        {choice !== 'everyone' && <Sentence audience={draft.audience} />}
        {choice === 'own' && (
          <Button
            variant="subtle"
            style={{ justifySelf: 'start' }}
            aria-expanded={building}
            onClick={() => setBuilding(!building)}
          >
            {t('compose.change_conditions')}
          </Button>
        )}
        <Collapse expanded={building}>
          {building && (
            <ExpressionBuilder
              value={choice === 'own' ? lines : { all: [] }}
              onChange={(next) => {
                setLines(next);
                change({ audience: countable(toLines(next)) });
              }}
            />
          )}
        </Collapse>
        <Subtraction audience={draft.audience} forecast={forecast} />
      </div>
    </section>
  );
}
