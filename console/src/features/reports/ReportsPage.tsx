import './reports.css';
import { SegmentedControl } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';
import { CampaignReports } from './CampaignReports';
import { FlowReports } from './FlowReports';
import { LinkReports } from './LinkReports';

const subjects = ['campaigns', 'links', 'flows'] as const;
const periods = [30, 90, 365] as const;
/** What needs no word in the address is what is shown first. */
const other = {
  campaigns: undefined,
  links: 'links',
  flows: 'flows',
} as const;
const otherDays = { 30: 30, 90: undefined, 365: 365 } as const;

/** How far back campaigns are told; what the server counts of links and flows is since they were made. */
function Period() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ from: '/frame/reports' });
  return (
    <SegmentedControl
      aria-label={t('home.period')}
      value={String(search.days ?? 90)}
      onChange={(next) => {
        const days = periods.find((each) => String(each) === next);
        void navigate({
          to: '/reports',
          search: { ...search, days: days && otherDays[days] },
          replace: true,
        });
      }}
      data={periods.map((count) => ({ value: String(count), label: t('home.days', { count }) }))}
    />
  );
}

/** What campaigns, links and flows did, side by side, to sort and to take along. */
export default function ReportsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { of = 'campaigns' } = useSearch({ from: '/frame/reports' });
  return (
    <Page title={t('place.reports')}>
      <div className="reports-choices">
        <SegmentedControl
          aria-label={t('reports.about')}
          value={of}
          onChange={(next) => {
            const chosen = subjects.find((each) => each === next);
            void navigate({
              to: '/reports',
              search: { of: chosen && other[chosen] },
              replace: true,
            });
          }}
          data={subjects.map((each) => ({ value: each, label: t(`place.${each}`) }))}
        />
        {of === 'campaigns' ? (
          <Period />
        ) : (
          <span className="small faint">{t('reports.since_made')}</span>
        )}
      </div>
      {of === 'campaigns' && <CampaignReports />}
      {of === 'links' && <LinkReports />}
      {of === 'flows' && <FlowReports />}
    </Page>
  );
}
