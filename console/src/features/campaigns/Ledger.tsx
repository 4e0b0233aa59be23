import { Select } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { ledgerQuery } from '@/api/queries';
import type { Campaign, LedgerItem, Outcome } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { type Column, DataTable } from '@/ui/DataTable';
import { Aged } from '@/ui/Figure';
import { Section } from '@/ui/Page';
import { Avatar, PersonName } from '@/ui/people';
import { StageBadge } from '@/ui/StageBadge';
import { nextPage } from '@/ui/nextPage';
import { Failure, SkeletonRows } from '@/ui/states';
import { useStill } from '@/ui/still';

const outcomes = [
  'sent',
  'blocked',
  'failed',
  'skipped',
  'unknown',
  'pending',
  'leased',
  'held_out',
] as const;
const fills: Record<string, string> = {
  sent: 'var(--good-fill)',
  blocked: 'var(--bad-fill)',
  failed: 'var(--warn-fill)',
  unknown: 'var(--hatch)',
  skipped: 'var(--idle-fill)',
};

function useColumns(): Column<LedgerItem>[] {
  const { t } = useTranslation();
  const { timeSeconds } = useFormat();
  return useMemo(
    () => [
      {
        key: 'person',
        head: t('contacts.person'),
        cell: (row) => (
          <span className="person-cell">
            <Avatar name={row.name} />
            <Link className="cut" to="/contacts/$contactId" params={{ contactId: row.contact_id }}>
              <PersonName name={row.name} />
            </Link>
          </span>
        ),
      },
      {
        key: 'stage',
        head: t('contacts.stage'),
        leaves: 2,
        cell: (row) => (row.stage ? <StageBadge name={row.stage} /> : ''),
      },
      {
        key: 'outcome',
        head: t('campaigns.outcome'),
        cell: (row) => (
          <span className="status-dot">
            <i
              className={row.outcome === 'held_out' ? 'outlined' : undefined}
              style={{ background: fills[row.outcome] ?? 'var(--rest)' }}
            />
            {t(`outcome.${row.outcome}`)}
          </span>
        ),
      },
      {
        key: 'reason',
        head: t('contacts.reason'),
        leaves: 2,
        cell: (row) => <span className="muted">{row.reason ?? ''}</span>,
      },
      {
        key: 'message',
        head: t('campaigns.message_id'),
        num: true,
        leaves: 1,
        cell: (row) => <span className="faint">{row.message_id ?? ''}</span>,
      },
      {
        key: 'at',
        head: t('campaigns.at'),
        num: true,
        cell: (row) => <span className="muted">{row.at === null ? '' : timeSeconds(row.at)}</span>,
      },
    ],
    [t, timeSeconds],
  );
}

/** What the button at a place says; answers from before places were kept name the text itself. */
function buttonText(campaign: Campaign, place: string): string {
  const [row, column] = place.split('.').map(Number);
  return campaign.message.buttons?.[row ?? -1]?.[column ?? -1]?.text ?? place;
}

const useLedgerSearch = () => useSearch({ from: '/frame/campaigns/$campaignId' });

function OutcomePicker({ campaign, outcome }: { campaign: Campaign; outcome: Outcome | '' }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useLedgerSearch();
  return (
    <Select
      size="xs"
      w={150}
      allowDeselect={false}
      aria-label={t('campaigns.outcome')}
      value={outcome}
      data={[
        { value: '', label: t('campaigns.every_outcome') },
        ...outcomes.map((each) => ({ value: each, label: t(`outcome.${each}`) })),
      ]}
      onChange={(next) =>
        void navigate({
          to: '/campaigns/$campaignId',
          params: { campaignId: campaign.id },
          search: { ...search, outcome: next || undefined },
          replace: true,
          resetScroll: false,
        })
      }
    />
  );
}

/** That the lines are of one button alone, and the way back to all. */
function OnlyButton({ campaign, button }: { campaign: Campaign; button: string }) {
  const { t } = useTranslation();
  const search = useLedgerSearch();
  return (
    <p className="inline ledger-only">
      <span>
        <Trans
          i18nKey="campaigns.ledger_button"
          values={{ button: buttonText(campaign, button) }}
          components={{ b: <b /> }}
        />
      </span>
      <Link
        className="text-link"
        to="/campaigns/$campaignId"
        params={{ campaignId: campaign.id }}
        search={{ ...search, button: undefined }}
        replace
        resetScroll={false}
      >
        {t('campaigns.every_line')}
      </Link>
    </p>
  );
}

/** The lines that are asked for, standing still while news come. */
function useLines(campaign: Campaign, outcome: Outcome | '', button: string) {
  const query = useInfiniteQuery(ledgerQuery(campaign.id, outcome, button));
  const lines = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const asked = query.isPlaceholderData ? null : JSON.stringify([campaign.id, outcome, button]);
  const still = useStill(lines, asked, (line) => line.contact_id, {
    gone: 'keep',
    fresh: 'wait',
    pages: query.data?.pages.length ?? 0,
  });
  return { query, ...still };
}

function Lines({ query, rows, news, settle }: ReturnType<typeof useLines>) {
  const { t } = useTranslation();
  const columns = useColumns();
  return (
    <>
      {news > 0 && (
        <button type="button" className="text-link small" onClick={settle}>
          {t('ui.updated', { count: news })}
        </button>
      )}
      {query.error && (
        <Failure
          error={query.error}
          what={t('campaigns.ledger_failed')}
          retry={() => void query.refetch()}
        />
      )}
      {query.isPending && !query.error && <SkeletonRows rows={6} />}
      {query.data && rows.length === 0 && <p className="muted">{t('campaigns.ledger_none')}</p>}
      {rows.length > 0 && (
        <Aged stale={query.isPlaceholderData}>
          <DataTable
            label={t('campaigns.ledger')}
            columns={columns}
            rows={rows}
            keyOf={(row) => row.contact_id}
            rowHeight={36}
            onEnd={nextPage(query)}
          />
        </Aged>
      )}
    </>
  );
}

/** One line for each person, written before the call. */
export function Ledger({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const search = useLedgerSearch();
  const outcome = outcomes.find((each) => each === search.outcome) ?? '';
  const button = search.button ?? '';
  const lines = useLines(campaign, outcome, button);
  return (
    <div id="ledger">
      <Section
        title={t('campaigns.ledger')}
        note={t('campaigns.ledger_note')}
        end={<OutcomePicker campaign={campaign} outcome={outcome} />}
      >
        {button && <OnlyButton campaign={campaign} button={button} />}
        <Lines {...lines} />
      </Section>
    </div>
  );
}
