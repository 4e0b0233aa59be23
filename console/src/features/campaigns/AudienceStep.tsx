import { Button, Collapse, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { everyone, isEveryone, unreachableOnly } from '@/api/expressions';
import { previewQuery, segmentsQuery } from '@/api/queries';
import type { CampaignDraft, CampaignPreview, Expression } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { countable, toLines } from '@/ui/expression/draft';
import { ExpressionBuilder } from '@/ui/expression/ExpressionBuilder';
import { Figure } from '@/ui/Figure';
import { useSentence } from '@/ui/expression/sentence';

interface StepProps {
  draft: CampaignDraft;
  change: (part: Partial<CampaignDraft>) => void;
  forecast: CampaignPreview | undefined;
}

/** The choice in the list: everyone, a segment, or conditions of this message's own. */
const choiceOf = (audience: Expression) =>
  'segment' in audience ? String(audience.segment.id) : isEveryone(audience) ? 'everyone' : 'own';

/** From those who match to those who are written to, each subtraction with its people. */
function Subtraction({
  draft,
  forecast,
}: {
  draft: CampaignDraft;
  forecast: CampaignPreview | undefined;
}) {
  const { t } = useTranslation();
  const { signed } = useFormat();
  const bot = useBot();
  const preview = useQuery(previewQuery(bot.id, draft.audience));
  const leftOut = forecast?.left_out ?? (preview.isError ? undefined : preview.data?.left_out);
  if (leftOut === undefined) return null;
  return (
    <dl className="campaigns-subtraction">
      <div>
        <dt>{t('compose.cannot')}</dt>
        <dd>
          <Count value={leftOut} people={unreachableOnly(draft.audience)}>
            {signed(-leftOut)}
          </Count>
        </dd>
      </div>
      {forecast && (
        <>
          <div>
            <dt>{t('compose.held_out')}</dt>
            <dd className="figure">{signed(-forecast.held_out)}</dd>
          </div>
          <div className="total">
            <dt>{t('compose.will_write')}</dt>
            <dd className="figure">{signed(forecast.writes_to).replace('+', '')}</dd>
          </div>
        </>
      )}
    </dl>
  );
}

export function AudienceStep({ draft, change, forecast }: StepProps) {
  const { t } = useTranslation();
  const bot = useBot();
  const sentence = useSentence();
  const segments = useQuery(segmentsQuery(bot.id)).data?.items ?? [];
  const preview = useQuery(previewQuery(bot.id, draft.audience));
  const choice = choiceOf(draft.audience);
  const [building, setBuilding] = useState(false);
  const [lines, setLines] = useState<Expression>(draft.audience);
  const chosen = segments.find((segment) => String(segment.id) === choice);
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
          <Select
            w={240}
            searchable
            allowDeselect={false}
            aria-label={t('compose.who')}
            value={choice}
            data={[
              { value: 'everyone', label: t('compose.everyone') },
              { value: 'own', label: t('compose.own_conditions') },
              ...segments.map((segment) => ({ value: String(segment.id), label: segment.name })),
            ]}
            onChange={(next) => next && pick(next)}
          />
          <span>
            <Figure
              query={preview}
              without={
                <span className="field-error" role="alert">
                  {t('compose.count_failed')}
                </span>
              }
            >
              {(data, stale) => (
                <>
                  <Count value={data.count} people={draft.audience} size="mid" stale={stale} />{' '}
                  <span className="unit">{t('compose.match', { count: data.count })}</span>
                </>
              )}
            </Figure>
          </span>
        </div>
        {choice !== 'everyone' && (
          <p className="muted">{chosen ? sentence(chosen.expression) : sentence(draft.audience)}</p>
        )}
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
        <Subtraction draft={draft} forecast={forecast} />
      </div>
    </section>
  );
}
