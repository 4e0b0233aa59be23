import './flows.css';
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { flowsQuery } from '@/api/queries';
import type { Flow } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { type Column, DataTable } from '@/ui/DataTable';
import { Page } from '@/ui/Page';
import { EmptyState, Loaded, SkeletonRows } from '@/ui/states';
import { NewFlow } from './NewFlow';
import { useTriggerText } from './StepCard';

function Status({ flow }: { flow: Flow }) {
  const { t } = useTranslation();
  const look = flow.status === 'published' ? 'go' : flow.status === 'stopped' ? 'halt' : '';
  return <span className={`pill ${look}`}>{t(`flows.status.${flow.status}`)}</span>;
}

function Begins({ flow }: { flow: Flow }) {
  const triggerText = useTriggerText();
  const graph = flow.published ?? flow.draft;
  const start = graph.nodes[graph.start];
  return <>{start?.type === 'start' ? (start.triggers ?? []).map(triggerText).join(', ') : ''}</>;
}

function useColumns(): Column<Flow>[] {
  const { t } = useTranslation();
  const { ago, number } = useFormat();
  const now = useNow();
  return [
    {
      key: 'name',
      head: t('flows.name'),
      cell: (flow) => (
        <span className="flows-name">
          <Link to="/flows/$flowId" params={{ flowId: flow.id }}>
            <b>{flow.name}</b>
          </Link>
          <span className="small faint cut">
            <Begins flow={flow} />
          </span>
        </span>
      ),
    },
    { key: 'status', head: t('flows.state'), cell: (flow) => <Status flow={flow} /> },
    {
      key: 'version',
      head: t('flows.version_head'),
      leaves: 1,
      cell: (flow) => (
        <span className="muted">
          {flow.version === 0
            ? '–'
            : flow.draft_changed
              ? t('flows.version_and_draft', { number: flow.version })
              : number(flow.version ?? 0)}
        </span>
      ),
    },
    { key: 'started', head: t('flows.runs'), num: true, cell: (flow) => number(flow.runs.started) },
    {
      key: 'active',
      head: t('flows.active'),
      num: true,
      leaves: 2,
      cell: (flow) => number(flow.runs.active),
    },
    {
      key: 'ended',
      head: t('flows.ended'),
      num: true,
      leaves: 2,
      cell: (flow) => number(flow.runs.ended),
    },
    {
      key: 'changed',
      head: t('flows.changed_head'),
      num: true,
      leaves: 2,
      cell: (flow) => <span className="muted">{ago(flow.updated_at, now)}</span>,
    },
  ];
}

const activeIn = (flows: Flow[]) => flows.reduce((sum, flow) => sum + flow.runs.active, 0);

/** What the bot says by itself, and how many walk through it. */
export default function FlowsPage() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bot = useBot();
  const can = useCan();
  const [making, setMaking] = useState(false);
  const query = useQuery(flowsQuery(bot.id));
  const columns = useColumns();
  const make = can('edit_flows') && (
    <Button
      variant="filled"
      leftSection={<IconPlus size={14} stroke={1.8} aria-hidden="true" />}
      onClick={() => setMaking(true)}
    >
      {t('flows.new')}
    </Button>
  );
  return (
    <Page
      title={t('place.flows')}
      actions={query.data && query.data.items.length > 0 ? make : undefined}
    >
      <Loaded query={query} what={t('flows.failed')} waiting={<SkeletonRows />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t('flows.empty_title')} action={make}>
              {t('flows.empty_text')}
            </EmptyState>
          ) : (
            <>
              <p style={{ paddingBottom: 16 }}>
                <span className="lead-figure">{number(activeIn(items))}</span>{' '}
                <span className="unit">{t('flows.inside_now', { count: activeIn(items) })}</span>
              </p>
              <DataTable
                label={t('place.flows')}
                columns={columns}
                rows={items}
                keyOf={(flow) => flow.id}
                rowHeight={48}
              />
            </>
          )
        }
      </Loaded>
      {making && <NewFlow onClose={() => setMaking(false)} />}
    </Page>
  );
}
