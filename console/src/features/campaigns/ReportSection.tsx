import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { reportQuery } from '@/api/queries';
import type { Campaign, Figure, Report } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { CountSteps } from '@/ui/CountSteps';
import { Aged } from '@/ui/Figure';
import { Section } from '@/ui/Page';
import { Loaded, SkeletonRows } from '@/ui/states';
import { TagChip } from '@/ui/TagChip';
import { Breakdown } from './Breakdown';
import { LiftTable } from './LiftTable';
import { NextSteps } from './NextSteps';

function Fact({
  figure,
  title,
  did = title,
  note,
  campaign,
}: {
  figure: Figure;
  title: string;
  /** What its people did, where the title does not say it: a segment of them is named so. */
  did?: string;
  note: string;
  campaign: Campaign;
}) {
  const { t } = useTranslation();
  const { number, percent } = useFormat();
  return (
    <div className="campaigns-fact">
      <h3>{title}</h3>
      <p>
        <Count value={figure.count} people={figure.people} size="mid" />{' '}
        <span className="muted">
          {figure.of > 0 &&
            t('report.share_of', { percent: percent(figure.share), total: number(figure.of) })}
        </span>
      </p>
      <p className="small faint">{note}</p>
      {figure.count > 0 && (
        <NextSteps
          people={figure.people}
          name={t('report.segment_name', { what: did, campaign: campaign.name })}
        />
      )}
    </div>
  );
}

function Facts({ report, campaign }: { report: Report; campaign: Campaign }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <div className="campaigns-facts-row">
      <Fact
        campaign={campaign}
        figure={report.open_rate}
        title={t('report.open_rate')}
        did={t('report.clicked')}
        note={t('report.open_rate_parts', {
          pressed: number(report.pressed.count),
          followed: number(report.followed.count),
        })}
      />
      <Fact
        campaign={campaign}
        figure={report.replied}
        title={t('report.replied')}
        note={t('report.replied_note')}
      />
      <Fact
        campaign={campaign}
        figure={report.tagged}
        title={t('report.tagged')}
        note={t('report.tagged_parts', {
          direct: number(report.tagged_direct.count),
          assisted: number(report.tagged_assisted.count),
        })}
      />
      <Fact
        campaign={campaign}
        figure={report.converted}
        title={t('report.converted')}
        note={t('report.converted_note')}
      />
      <Fact
        campaign={campaign}
        figure={report.blocked_after}
        title={t('report.blocked_after')}
        note={t('report.blocked_after_note', { opted_out: number(report.opted_out.count) })}
      />
    </div>
  );
}

function ButtonsAndTags({ report, campaign }: { report: Report; campaign: Campaign }) {
  const { t } = useTranslation();
  if (report.buttons.length === 0 && report.tags.length === 0) return null;
  return (
    <div className="columns even campaigns-report-lists">
      {report.buttons.length > 0 && (
        <table className="table" aria-label={t('report.buttons')}>
          <thead>
            <tr>
              <th scope="col">{t('report.button')}</th>
              <th scope="col" className="num">
                {t('report.pressed_by')}
              </th>
            </tr>
          </thead>
          <tbody>
            {report.buttons.map((button) => (
              <tr key={button.place ?? button.text}>
                <th scope="row">{button.text}</th>
                <td className="num">
                  <CountSteps
                    value={button.people_count}
                    people={button.people}
                    name={t('report.segment_name', { what: button.text, campaign: campaign.name })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {report.tags.length > 0 && (
        <table className="table" aria-label={t('report.tags')}>
          <thead>
            <tr>
              <th scope="col">{t('report.tag_gained')}</th>
              <th scope="col" className="num">
                {t('report.people')}
              </th>
              <th scope="col">
                <span className="unseen">{t('ui.made_segment')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {report.tags.map(({ tag, direct, people }) => (
              <tr key={tag.id}>
                <th scope="row">
                  <TagChip name={tag.name} color={tag.color} />
                </th>
                <td className="num">
                  <Count value={direct} people={people} />
                </td>
                <td className="num">
                  <NextSteps
                    writes={false}
                    people={people}
                    name={t('report.segment_name', { what: tag.name, campaign: campaign.name })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function Definitions({ report }: { report: Report }) {
  const { t, i18n } = useTranslation();
  const keys = Object.keys(report.definitions);
  return (
    <details className="campaigns-definitions">
      <summary className="small muted">{t('report.definitions')}</summary>
      <dl>
        {keys.map((key) => (
          <div key={key}>
            <dt>{t([`report.${key}`, 'report.other'], { key })}</dt>
            <dd className="small muted">
              {i18n.exists(`report.definition.${key}`)
                ? t(`report.definition.${key}`)
                : report.definitions[key]}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** What it changed; every number opens its people and becomes the next segment. */
export function ReportSection({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const { dateTime } = useFormat();
  const { by = 'stage' } = useSearch({ from: '/frame/campaigns/$campaignId' });
  const query = useQuery(reportQuery(campaign.id, by));
  const settles = query.data?.settles_at;
  const note = settles
    ? t(settles > Date.now() ? 'report.settles' : 'report.settled', { at: dateTime(settles) })
    : undefined;
  return (
    <Section title={t('report.title')} note={note}>
      <Loaded query={query} what={t('report.failed')} waiting={<SkeletonRows rows={4} />}>
        {(report) => (
          <>
            <Facts report={report} campaign={campaign} />
            <p className="small faint campaigns-report-definition">
              {t('report.open_rate_definition')}
            </p>
            <ButtonsAndTags report={report} campaign={campaign} />
            <LiftTable
              lift={report.lift}
              campaign={campaign}
              settled={report.settles_at !== null && report.settles_at <= Date.now()}
            />
            <Aged stale={query.isPlaceholderData}>
              <Breakdown report={report} campaign={campaign} />
            </Aged>
            <Definitions report={report} />
          </>
        )}
      </Loaded>
    </Section>
  );
}
