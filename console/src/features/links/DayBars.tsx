import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import type { LinkFunnel } from '@/api/types';
import { useFormat } from '@/i18n/format';

/** Visits a day, and in each bar who started. The table for screen readers holds the same numbers. */
export function DayBars({ days }: { days: LinkFunnel['days'] }) {
  const { t } = useTranslation();
  const { number, day } = useFormat();
  const ordered = days.toReversed();
  const highest = Math.max(0, ...ordered.map((each) => Math.max(each.visits, each.starts.count)));
  const most = Math.max(1, highest);
  const height = (value: number) =>
    ({ '--height': `${value === 0 ? 0 : Math.max(2, (value / most) * 100)}%` }) as CSSProperties;
  const first = ordered[0];
  return (
    <figure className="links-day-bars" aria-label={t('links.by_day')}>
      <div className="bars" aria-hidden="true">
        {ordered.map((each) => (
          <span
            key={each.day}
            title={t('links.day_bar', {
              day: day(each.day),
              visits: number(each.visits),
              starts: number(each.starts.count),
            })}
          >
            <i style={height(each.visits)} />
            <b style={height(each.starts.count)} />
          </span>
        ))}
      </div>
      <figcaption className="axis small faint">
        <span>{first ? day(first.day) : ''}</span>
        <span>{t('links.highest', { number: number(highest) })}</span>
        <span>{t('links.today')}</span>
      </figcaption>
      <table className="unseen">
        <thead>
          <tr>
            <th scope="col">{t('links.day')}</th>
            <th scope="col">{t('links.visits')}</th>
            <th scope="col">{t('links.starts')}</th>
          </tr>
        </thead>
        <tbody>
          {ordered.map((each) => (
            <tr key={each.day}>
              <th scope="row">{day(each.day)}</th>
              <td>{number(each.visits)}</td>
              <td>{number(each.starts.count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
