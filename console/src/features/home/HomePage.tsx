import './home.css';
import { Button, SegmentedControl } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { homeQuery } from '@/api/queries';
import type { Home } from '@/api/types';
import { useBot, useBotAddress, useCan } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { Aged } from '@/ui/Figure';
import { Page, Section } from '@/ui/Page';
import { EmptyState, Loaded, Skeleton, SkeletonRows } from '@/ui/states';
import { askedDays } from './before';
import { ChecklistSteps, useChecklistHidden } from './ChecklistSteps';
import { DailyCharts } from './DailyCharts';
import { GoingOut } from './GoingOut';
import { LinksBringing } from './LinksBringing';
import { Moves } from './Moves';
import { PeopleByStage } from './PeopleByStage';
import { Suggestions } from './Suggestions';

function Receiving() {
  const { t } = useTranslation();
  const { ago } = useFormat();
  const now = useNow();
  const { health, status } = useBot();
  if (status === 'token_dead')
    return (
      <span className="status-dot">
        <i style={{ background: 'var(--bad-fill)' }} />
        {t('home.token_dead')}
      </span>
    );
  if (status !== 'running')
    return (
      <span className="status-dot">
        <i style={{ background: 'var(--warn-fill)' }} />
        {t(`home.bot_${status}`)}
      </span>
    );
  return (
    <span className="status-dot">
      <i style={{ background: 'var(--good-fill)' }} />
      <span className="wide-only">
        {health.last_update_at
          ? t('home.receiving_since', { ago: ago(Math.min(health.last_update_at, now), now) })
          : t('home.receiving')}
      </span>
      <span className="phone-only">{t('home.receiving')}</span>
    </span>
  );
}

function Waiting() {
  return (
    <>
      <Skeleton width={220} height={28} />
      <div style={{ height: 16 }} />
      <Skeleton width="100%" height={12} />
      <div style={{ height: 120 }} />
      <SkeletonRows rows={6} />
    </>
  );
}

function Full({ home, days }: { home: Home; days: 7 | 30 | 90 }) {
  const { t } = useTranslation();
  const addressOf = useBotAddress();
  const bot = useBot();
  const wider = useQuery(homeQuery(bot.id, askedDays[days])).data;
  if (home.people === 0) {
    return (
      <EmptyState
        title={t('home.empty_title')}
        action={
          <Button
            component="a"
            variant="filled"
            href={addressOf(`https://t.me/${bot.username}`)}
            target="_blank"
            rel="noreferrer"
          >
            {t('home.open_bot', { name: bot.username })}
          </Button>
        }
      >
        {t('home.empty_text')}
      </EmptyState>
    );
  }
  return (
    <>
      <PeopleByStage home={home} days={days} />
      <div className="columns two section">
        <Suggestions suggestions={home.suggestions} />
        <GoingOut running={home.running} recent={home.recent} />
      </div>
      <DailyCharts home={home} before={wider} days={days} />
      <LinksBringing />
      {home.moves.length > 0 && (
        <Section title={t('home.moved')} note={t('home.in_days', { count: days })}>
          <Moves moves={home.moves} days={days} />
        </Section>
      )}
    </>
  );
}

export default function HomePage() {
  const { t } = useTranslation();
  const bot = useBot();
  const can = useCan();
  const navigate = useNavigate();
  const { days = 7 } = useSearch({ from: '/frame/' });
  const home = useQuery(homeQuery(bot.id, days));
  const [hidden, hide] = useChecklistHidden();
  // It leads to what marketers do.
  const checklist = hidden || !can('send_campaigns') ? null : (home.data?.checklist ?? null);
  return (
    <Page
      title={t('place.home')}
      note={<Receiving />}
      actions={
        <>
          <SegmentedControl
            className="wide-only"
            aria-label={t('home.period')}
            value={String(days)}
            onChange={(value) =>
              void navigate({
                to: '/',
                search: value === '30' ? { days: 30 } : value === '90' ? { days: 90 } : {},
              })
            }
            data={[7, 30, 90].map((count) => ({
              value: String(count),
              label: t('home.days', { count }),
            }))}
          />
          {can('send_campaigns') && (
            <Button
              variant={checklist || home.data?.people === 0 ? 'default' : 'filled'}
              leftSection={<IconPlus size={14} stroke={1.8} />}
              renderRoot={(props) => (
                <Link {...props} to="/campaigns/$campaignId" params={{ campaignId: 'new' }} />
              )}
            >
              {t('home.campaign')}
            </Button>
          )}
        </>
      }
    >
      {checklist && <ChecklistSteps checklist={checklist} onHide={hide} />}
      <Loaded query={home} what={t('home.failed')} waiting={<Waiting />}>
        {(data) => (
          <Aged stale={home.isPlaceholderData}>
            <Full home={data} days={days} />
          </Aged>
        )}
      </Loaded>
    </Page>
  );
}
