import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { timelineQuery } from '@/api/queries';
import type { Entry, Outcome } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { isOutcome, OutcomeName } from '@/ui/bars';
import { Section } from '@/ui/Page';

const SHOWN = 5;
/** What somebody did with the message, in the order in which it is said; windows repeat what stands here already. */
const said = [
  'pressed',
  'followed',
  'replied',
  'tagged_direct',
  'tagged_assisted',
  'window_conversion',
  'opted_out_after',
  'blocked_after',
] as const;

interface Received {
  id: number | null;
  name: string;
  at: number;
  outcome: Outcome;
  did: (typeof said)[number][];
}

/** The campaigns among a person's entries, with how each ended and what they did with it. */
export function receivedOf(entries: Entry[]): Received[] {
  return entries
    .filter((entry) => entry.kind === 'campaign_sent')
    .map(({ by, object, at, data }) => {
      const answers = Array.isArray(data.answers) ? (data.answers as string[]) : [];
      const state = String(data.state);
      return {
        id: by.id,
        name: object ?? String(by.id),
        at,
        outcome: isOutcome(state) ? state : 'unknown',
        did: said.filter((each) => answers.includes(each)),
      };
    });
}

function Row({ campaign }: { campaign: Received }) {
  const { t } = useTranslation();
  const { date, time, list } = useFormat();
  const { id, name, at, outcome, did } = campaign;
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return (
    <li>
      {id === null ? (
        <bdi className="cut">{name}</bdi>
      ) : (
        <Link className="count cut" to="/campaigns/$campaignId" params={{ campaignId: id }}>
          <bdi>{name}</bdi>
        </Link>
      )}
      <OutcomeName outcome={outcome} />
      <span className="muted">
        {did.length > 0
          ? list(
              did.map((each) => t(`person.answer.${each}`)),
              'conjunction',
            )
          : outcome === 'sent' && t('person.did_nothing')}
      </span>
      <span className="num faint">{isToday ? time(at) : date(at)}</span>
    </li>
  );
}

/** The campaigns that were sent to a person, of what was read of their timeline. */
export function PersonCampaigns({ id }: { id: number }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const query = useInfiniteQuery(timelineQuery(id));
  const items = receivedOf(query.data?.pages.flatMap((page) => page.items) ?? []);
  if (items.length === 0) return null;
  return (
    <Section
      title={t('person.campaigns')}
      note={t(query.hasNextPage ? 'person.campaigns_latest' : 'person.campaigns_note', {
        count: items.length,
        sent: items.filter((item) => item.outcome === 'sent').length,
      })}
    >
      <ul className="contacts-campaigns">
        {(all ? items : items.slice(0, SHOWN)).map((item) => (
          <Row key={`${item.id} ${item.at}`} campaign={item} />
        ))}
      </ul>
      {items.length > SHOWN && !all && (
        <Button variant="subtle" onClick={() => setAll(true)}>
          {t('person.campaigns_all', { count: items.length })}
        </Button>
      )}
    </Section>
  );
}
