import '@/ui/table.css';
import './settings.css';
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { botsQuery } from '@/api/queries';
import type { Bot } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Page, Section } from '@/ui/Page';
import { Failure, SkeletonRows } from '@/ui/states';
import { AddBot } from './AddBot';
import { Bots } from './Bots';
import { MyTelegram } from './MyTelegram';
import { Sessions } from './Sessions';
import { Team } from './Team';
import { Tokens } from './Tokens';
import { WorkspaceForm } from './WorkspaceForm';

/** The ways to pages of their own. */
function FurtherPages() {
  const { t } = useTranslation();
  const can = useCan();
  return (
    <>
      <Section title={t('files.title')} note={t('files.link_note')}>
        <Button renderRoot={(props) => <Link {...props} to="/settings/files" />}>
          {t('files.link')}
        </Button>
      </Section>
      {can('manage_workspace') && (
        <Section title={t('phrases.title')} note={t('phrases.link_note')}>
          <Button renderRoot={(props) => <Link {...props} to="/settings/phrases" />}>
            {t('phrases.link')}
          </Button>
        </Section>
      )}
      {can('manage_workspace') && (
        <Section title={t('retention.title')} note={t('retention.link_note')}>
          <Button renderRoot={(props) => <Link {...props} to="/settings/retention" />}>
            {t('retention.link')}
          </Button>
        </Section>
      )}
    </>
  );
}

/** How many bots receive, of all. */
function Receiving({ bots }: { bots: Bot[] }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const count = bots.length;
  const receiving = bots.filter((bot) => bot.status === 'running').length;
  return (
    <p>
      <span className="lead-figure">
        {t('settings.some_of', { some: number(receiving), count, all: number(count) })}
      </span>{' '}
      <span className="unit">{t('settings.receiving', { count })}</span>
    </p>
  );
}

/** Bots and their health, who may do what, and what the workspace is. */
export default function SettingsPage() {
  const { t } = useTranslation();
  const can = useCan();
  const [adding, setAdding] = useState(false);
  const bots = useQuery({ ...botsQuery(), refetchInterval: 15_000 });
  const all = bots.data?.items ?? [];
  return (
    <Page
      title={t('place.settings')}
      actions={
        can('manage_bots') && (
          <Button
            variant="filled"
            leftSection={<IconPlus size={14} stroke={1.8} aria-hidden="true" />}
            onClick={() => setAdding(true)}
          >
            {t('settings.add_bot')}
          </Button>
        )
      }
    >
      {bots.error && (
        <Failure
          error={bots.error}
          what={t('settings.bots_failed')}
          retry={() => void bots.refetch()}
        />
      )}
      {bots.isPending && !bots.error && <SkeletonRows rows={3} />}
      {bots.data && (
        <>
          <Receiving bots={all} />
          <Bots bots={all} />
        </>
      )}
      <Team />
      {can('manage_team') && <Tokens />}
      <MyTelegram bots={all} />
      <div className="columns even settings-pair">
        <WorkspaceForm />
        <Sessions />
      </div>
      <FurtherPages />
      <Section title={t('settings.about')}>
        <p className="muted">{t('settings.about_text')}</p>
      </Section>
      {adding && <AddBot onClose={() => setAdding(false)} />}
    </Page>
  );
}
