import { SegmentedControl } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Campaign, Figure, Report, ReportBy } from '@/api/types';
import { ShareCell } from '@/ui/campaignFigures';
import { CountSteps } from '@/ui/CountSteps';
import { StageBadge } from '@/ui/StageBadge';

/** What an audience is compared by; the first needs no word in the address. */
const compared = ['stage', 'segment', 'tag', 'source'] as const;

function ByPicker({ campaign, by }: { campaign: Campaign; by: ReportBy }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ from: '/frame/campaigns/$campaignId' });
  return (
    <SegmentedControl
      aria-label={t('report.compare')}
      value={by}
      onChange={(next) =>
        void navigate({
          to: '/campaigns/$campaignId',
          params: { campaignId: campaign.id },
          search: { ...search, by: compared.find((each) => each === next && each !== 'stage') },
          replace: true,
          resetScroll: false,
        })
      }
      data={compared.map((each) => ({ value: each, label: t(`report.by_${each}`) }))}
    />
  );
}

type Group = Report['breakdown'][number];

/** The shares of a group: where each stands in an answer of the server, and what it is called. */
const shares = [
  ['open', 'open_rate', 'clicked'],
  ['replied', 'replied', 'replied'],
  ['blocked', 'blocked_after', 'blocked_after'],
] as const;

function GroupRow({ group, by, campaign }: { group: Group; by: ReportBy; campaign: Campaign }) {
  const { t } = useTranslation();
  /** Such as "Replied: Autumn sale, Active". */
  const nameOf = (what: string) =>
    t('report.group_segment_name', { what, campaign: campaign.name, group: group.name });
  const figures: Record<(typeof shares)[number][0], Figure> = group;
  return (
    <tr>
      <th scope="row">
        {by === 'stage' ? (
          <StageBadge name={group.name} />
        ) : (
          group.name || <span className="faint">{t('segments.no_value')}</span>
        )}
      </th>
      <td className="num">
        <CountSteps
          value={group.accepted.count}
          people={group.accepted.people}
          name={nameOf(t('report.accepted'))}
        />
      </td>
      {shares.map(([key, , did]) => (
        <td key={key} className="num">
          <ShareCell figure={figures[key]} name={nameOf(t(`report.${did}`))} />
        </td>
      ))}
    </tr>
  );
}

/** The audience in groups, as they were when the campaign began, each with what it did. */
export function Breakdown({ report, campaign }: { report: Report; campaign: Campaign }) {
  const { t } = useTranslation();
  const { by = 'stage' } = useSearch({ from: '/frame/campaigns/$campaignId' });
  return (
    <>
      <div className="section-head campaigns-report-sub">
        <h3>{t('report.compare')}</h3>
        <span className="small faint">{t('report.compare_note')}</span>
        <span className="end">
          <ByPicker campaign={campaign} by={by} />
        </span>
      </div>
      {report.breakdown.length === 0 ? (
        <p className="muted">{t('segments.breakdown_none')}</p>
      ) : (
        <div className="scroll-x">
          <table className="table" aria-label={t('report.compare')}>
            <thead>
              <tr>
                <th scope="col">{t(`report.by_${by}`)}</th>
                <th scope="col" className="num">
                  {t('report.accepted')}
                </th>
                {shares.map(([key, head]) => (
                  <th key={key} scope="col" className="num">
                    {t(`report.${head}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {report.breakdown.map((group) => (
                <GroupRow key={group.key} group={group} by={by} campaign={campaign} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
