import '@/ui/table.css';
import './settings.css';
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { botsQuery } from '@/api/queries';
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

/** Bots and their health, who may do what, and what the workspace is. */
export default function SettingsPage() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const can = useCan();
  const [adding, setAdding] = useState(false);
  const bots = useQuery({ ...botsQuery(), refetchInterval: 15_000 });
  const all = bots.data?.items ?? [];
  const receiving = all.filter((bot) => bot.status === 'running').length;
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
          <p>
            <span className="lead-figure">
              {t('settings.some_of', {
                some: number(receiving),
                count: all.length,
                all: number(all.length),
              })}
            </span>{' '}
            <span className="unit">{t('settings.receiving', { count: all.length })}</span>
          </p>
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
      <Section title={t('settings.about')}>
        <p className="muted">{t('settings.about_text')}</p>
      </Section>
      {adding && <AddBot onClose={() => setAdding(false)} />}
    </Page>
  );
}
