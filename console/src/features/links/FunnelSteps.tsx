import type { CSSProperties } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import type { FunnelSteps as Steps, LinkItem } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';

const width = (value: number, of: number) =>
  ({ '--width': `${of > 0 ? Math.min(100, (value / of) * 100) : 0}%` }) as CSSProperties;

/** The whole funnel in one line: how far each step reaches of the most visited link. */
export function FunnelLine({ steps, most }: { steps: Steps; most: number }) {
  return (
    <span className="links-funnel-line" aria-hidden="true">
      <i style={width(steps.visits, most)} />
      <i style={width(steps.starts.count, most)} />
      <i style={width(steps.kept.count, most)} />
    </span>
  );
}

/** The funnel as one picture: each step is a bar below the one before it. */
export function FunnelSteps({ link }: { link: LinkItem }) {
  const { t } = useTranslation();
  const { number, percent } = useFormat();
  const { funnel } = link;
  const most = Math.max(funnel.visits, funnel.starts.count);
  const steps = [
    { key: 'visits', count: funnel.visits, people: undefined, of: 0, share: 'links.of_visits' },
    { key: 'starts', ...funnel.starts, of: funnel.visits, share: 'links.of_visits' },
    { key: 'replied', ...funnel.replied, of: funnel.starts.count, share: 'links.of_starts' },
    { key: 'kept', ...funnel.kept, of: funnel.kept_of.count, share: 'links.of_kept' },
  ] as const;
  return (
    <>
      <ol className="links-funnel">
        {steps.map((step) => (
          <li key={step.key} title={t(`links.means_${step.key}`)}>
            <span className="links-funnel-figure">
              <Count value={step.count} people={step.people} size="mid" />{' '}
              <span className="unit">{t(`links.step_${step.key}`)}</span>
            </span>
            <span className="links-funnel-bar" data-step={step.key}>
              {step.count > 0 && <i style={width(step.count, most)} />}
            </span>
            <span className="links-funnel-share small muted">
              {step.of > 0 ? t(step.share, { percent: percent(step.count / step.of) }) : ''}
            </span>
            <span className="links-funnel-means small faint">{t(`links.means_${step.key}`)}</span>
          </li>
        ))}
      </ol>
      <ul className="links-funnel-notes small muted">
        <li>
          <Trans
            i18nKey="links.kept_of"
            components={{
              n: <Count value={funnel.kept_of.count} people={funnel.kept_of.people} />,
            }}
          />
        </li>
        {link.again.count > 0 && (
          <li>
            <Trans
              i18nKey="links.again"
              count={link.again.count}
              components={{ n: <Count value={link.again.count} people={link.again.people} /> }}
            />
          </li>
        )}
        {link.reused > 0 && (
          <li>{t('links.reused', { count: link.reused, number: number(link.reused) })}</li>
        )}
        <li>
          {t('links.apart_text', {
            previewers: number(link.apart.previewers),
            crawlers: number(link.apart.crawlers),
            head: number(link.apart.head),
          })}
        </li>
      </ul>
    </>
  );
}
