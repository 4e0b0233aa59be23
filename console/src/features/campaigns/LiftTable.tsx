import { useTranslation } from 'react-i18next';
import type { Campaign, Lift } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { Interval } from '@/ui/bars';
import { inPoints } from '@/ui/campaignFigures';
import { Count } from '@/ui/Count';
import { NextSteps } from './NextSteps';

const MEASURES_THAT_HARM: Lift['measure'][] = ['blocks'];
/** The shared scale reaches to the widest interval, and never pretends to more precision than a point. */
const scaleOf = (lift: Lift[]) =>
  Math.max(0.02, ...lift.flatMap((each) => [Math.abs(each.low ?? 0), Math.abs(each.high ?? 0)])) *
  1.05;

function Reading({ lift }: { lift: Lift }) {
  const { t } = useTranslation();
  const { signed } = useFormat();
  const points = (share: number | null) => signed(inPoints(share ?? 0), 1);
  if (!lift.enough || lift.difference === null)
    return (
      <span className="muted">
        {t('report.too_few', { count: lift.reached.hits + lift.held_out.hits })}
      </span>
    );
  const values = {
    difference: points(lift.difference),
    low: points(lift.low),
    high: points(lift.high),
  };
  const better = MEASURES_THAT_HARM.includes(lift.measure)
    ? lift.difference < 0
    : lift.difference > 0;
  if (!lift.clear) return <span className="muted">{t('report.not_clear', values)}</span>;
  return <span className={better ? 'good' : 'bad'}>{t('report.clear', values)}</span>;
}

/**
 * How many of a group did it. Its share is of everyone assigned to the group, which is another base than the facts
 * above have, so that it is told as the number and its base: one measure has one share on a page.
 */
export function PartOfGroup({ part }: { part: Lift['reached'] }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <>
      <Count value={part.hits} people={part.people} />{' '}
      <span className="faint">{t('report.of_group', { total: number(part.n) })}</span>
    </>
  );
}

/** Why there is nothing to compare. */
function NoLift({ heldOut }: { heldOut: number }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <>
      <h3 className="campaigns-report-sub">{t('report.lift')}</h3>
      <p className="muted">
        {heldOut > 0
          ? t('report.held_out_not_yet', { count: heldOut, number: number(heldOut) })
          : t('report.no_held_out')}
      </p>
    </>
  );
}

function LiftHead() {
  const { t } = useTranslation();
  return (
    <thead>
      <tr>
        <th scope="col">{t('report.measure')}</th>
        <th scope="col" className="num">
          {t('report.reached')}
        </th>
        <th scope="col" className="num">
          {t('outcome.held_out')}
        </th>
        <th scope="col" className="campaigns-lift-interval wide-only">
          <span className="unseen">{t('report.interval')}</span>
        </th>
        <th scope="col">{t('report.reading')}</th>
        <th scope="col" className="wide-only">
          <span className="unseen">{t('ui.made_segment')}</span>
        </th>
      </tr>
    </thead>
  );
}

function LiftRow({ lift, scale, campaign }: { lift: Lift; scale: number; campaign: Campaign }) {
  const { t } = useTranslation();
  const { measure, difference, low, high, reached } = lift;
  const what = t(`report.lift_${measure}`);
  return (
    <tr>
      <th scope="row">{what}</th>
      <td className="num">
        <PartOfGroup part={reached} />
      </td>
      <td className="num">
        <PartOfGroup part={lift.held_out} />
      </td>
      <td className="wide-only">
        {difference !== null && low !== null && high !== null && (
          <Interval
            low={low}
            high={high}
            middle={difference}
            scale={scale}
            clear={lift.clear && lift.enough}
            harm={MEASURES_THAT_HARM.includes(measure)}
          />
        )}
      </td>
      <td>
        <Reading lift={lift} />
      </td>
      <td className="num wide-only">
        {reached.hits > 0 && (
          <NextSteps
            writes={false}
            people={reached.people}
            name={t('report.segment_name', { what, campaign: campaign.name })}
          />
        )}
      </td>
    </tr>
  );
}

/** Everyone reached against everyone held out, each with its interval. */
export function LiftTable({
  lift,
  campaign,
  settled,
}: {
  lift: Lift[];
  campaign: Campaign;
  settled: boolean;
}) {
  const { t } = useTranslation();
  if ((lift[0]?.held_out.n ?? 0) === 0) return <NoLift heldOut={campaign.counts.held_out} />;
  const scale = scaleOf(lift);
  return (
    <>
      <div className="section-head campaigns-report-sub">
        <h3>{t('report.lift')}</h3>
        <span className="small faint">{t(settled ? 'report.lift_note' : 'report.lift_waits')}</span>
      </div>
      <div className="scroll-x">
        <table className="table lift" aria-label={t('report.lift')}>
          <LiftHead />
          <tbody>
            {lift.map((each) => (
              <LiftRow key={each.measure} lift={each} scale={scale} campaign={campaign} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
