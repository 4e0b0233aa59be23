import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { previewQuery, segmentsQuery } from '@/api/queries';
import type { Expression, StagePreview, Stages } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { Aged, Figure } from '@/ui/Figure';
import { Section } from '@/ui/Page';
import { PersonCell } from '@/ui/people';
import { StageBadge } from '@/ui/StageBadge';
import { SkeletonRows } from '@/ui/states';
import { asksForStage, peopleMoving, type Rule } from './rules';

const PEOPLE_SHOWN = 6;

function OnceSaved({ preview }: { preview: StagePreview }) {
  const { t } = useTranslation();
  const { number, signed } = useFormat();
  return (
    <Section
      first
      title={t('stages.once_saved')}
      end={<span className="small faint">{t('stages.now_then')}</span>}
    >
      <table className="table">
        <thead className="unseen">
          <tr>
            <th scope="col">{t('person.stage')}</th>
            <th scope="col">{t('stages.now')}</th>
            <th scope="col">{t('stages.then')}</th>
            <th scope="col">{t('stages.difference')}</th>
          </tr>
        </thead>
        <tbody>
          {preview.items.map((item) => (
            <tr key={item.name}>
              <th scope="row">
                <StageBadge name={item.name} />
              </th>
              <td className="num muted figure">{number(item.before)}</td>
              <td className="num figure">
                {item.count === item.before ? (
                  <span className="muted">{t('stages.same')}</span>
                ) : (
                  <b>{number(item.count)}</b>
                )}
              </td>
              <td className={`num figure ${item.count > item.before ? 'good' : 'muted'}`}>
                {item.count === item.before ? '' : signed(item.count - item.before)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function WhoMoves({ expression, total }: { expression: Expression; total: number }) {
  const { t } = useTranslation();
  const { ago, number } = useFormat();
  const now = useNow();
  const bot = useBot();
  const query = useQuery(previewQuery(bot.id, expression));
  return (
    <Section
      title={t('stages.who_moves')}
      end={
        <Link className="text-link" to="/contacts" search={{ e: expression }}>
          {t('stages.all', { number: number(total) })}
        </Link>
      }
    >
      <Figure query={query} waiting={<SkeletonRows rows={4} />}>
        {({ sample }, stale) => (
          <Aged stale={stale}>
            <ul className="stages-movers">
              {sample.slice(0, PEOPLE_SHOWN).map((person) => (
                <li key={person.id} className="inline">
                  <PersonCell contact={person} />
                  <span className="end small faint">
                    {person.last_interaction_at === null
                      ? t('ui.never')
                      : ago(person.last_interaction_at, now)}
                  </span>
                </li>
              ))}
            </ul>
          </Aged>
        )}
      </Figure>
    </Section>
  );
}

/** What depends on the stages whose people would change. */
function Dependents({ touched }: { touched: Set<string> }) {
  const { t } = useTranslation();
  const bot = useBot();
  const segments =
    useQuery(segmentsQuery(bot.id)).data?.items.filter((segment) =>
      asksForStage(segment.expression, touched),
    ) ?? [];
  return (
    <Section title={t('stages.depends')}>
      {segments.length === 0 && <p className="muted">{t('stages.depends_none')}</p>}
      <ul className="stages-movers">
        {segments.map((segment) => (
          <li key={segment.id} className="inline">
            <Link
              className="count cut"
              to="/segments/$segmentId"
              params={{ segmentId: segment.id }}
            >
              {segment.name}
            </Link>
            <span className="end">
              <Count value={segment.count} people={{ segment: { id: segment.id } }} />
            </span>
          </li>
        ))}
      </ul>
      <p className="callout small">{t('stages.reports_stay')}</p>
    </Section>
  );
}

/** Beside the rules: what saving them would do, or what they are for while nothing is changed. */
export function SidePane({
  stages,
  rules,
  preview,
  changed,
  stale,
  failed,
}: {
  stages: Stages;
  rules: Rule[];
  preview: StagePreview | undefined;
  changed: boolean;
  /** It is of the rules before. */
  stale: boolean;
  /** What these rules would do could not be worked out. */
  failed: boolean;
}) {
  const { t } = useTranslation();
  if (!changed) {
    return (
      <>
        <Section first title={t('stages.how')}>
          <p className="muted">{t('stages.how_text')}</p>
        </Section>
        <Dependents touched={new Set(stages.items.map((stage) => stage.name))} />
      </>
    );
  }
  if (!preview) return failed ? null : <SkeletonRows rows={5} />;
  const moving = preview.moves
    .map((move) => peopleMoving(rules, move))
    .filter((each) => each !== null);
  const total = preview.moves.reduce((sum, move) => sum + move.count, 0);
  const touched = new Set(preview.moves.flatMap((move) => [move.from, move.to]));
  return (
    <Aged stale={stale}>
      <OnceSaved preview={preview} />
      {total > 0 && moving.length > 0 && (
        <WhoMoves
          expression={moving.length === 1 && moving[0] ? moving[0] : { any: moving }}
          total={total}
        />
      )}
      <Dependents touched={touched} />
    </Aged>
  );
}
