import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contactCampaignsQuery } from '@/api/queries';
import type { CampaignAnswer, ContactCampaign } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { OutcomeName } from '@/ui/bars';
import { Section } from '@/ui/Page';
import { Failure } from '@/ui/states';

const SHOWN = 5;
/** The server tells so many, the latest. */
const TOLD_MAX = 100;
/** What somebody did with the message itself, as people say it; windows repeat what stands here already. */
const said: CampaignAnswer[] = [
  'pressed',
  'followed',
  'replied',
  'tagged_direct',
  'tagged_assisted',
  'window_conversion',
  'opted_out_after',
  'blocked_after',
];
const nothing: Partial<Record<ContactCampaign['outcome'], string>> = {
  sent: 'person.did_nothing',
  held_out: 'person.did_held_out',
  pending: 'person.did_pending',
};

function useDid() {
  const { t } = useTranslation();
  const { list } = useFormat();
  return ({ answers, outcome, reason }: ContactCampaign) => {
    const did = said.filter((each) => answers.includes(each));
    if (did.length > 0)
      return list(
        did.map((each) => t(`person.answer.${each}`)),
        'conjunction',
      );
    const key = nothing[outcome];
    return key ? t(key) : (reason ?? '');
  };
}

/** The campaigns whose audience somebody was in, with how it ended and what they did. */
export function PersonCampaigns({ id }: { id: number }) {
  const { t } = useTranslation();
  const { date, time } = useFormat();
  const did = useDid();
  const [all, setAll] = useState(false);
  const query = useQuery(contactCampaignsQuery(id));
  const items = query.data?.items ?? [];
  const today = new Date().toDateString();
  if (!query.error && items.length === 0) return null;
  return (
    <Section
      title={t('person.campaigns')}
      note={t(items.length < TOLD_MAX ? 'person.campaigns_note' : 'person.campaigns_latest', {
        count: items.length,
        sent: items.filter((item) => item.outcome === 'sent').length,
      })}
    >
      {query.error && (
        <Failure
          error={query.error}
          what={t('person.campaigns_failed')}
          retry={() => void query.refetch()}
        />
      )}
      <ul className="contacts-campaigns" aria-label={t('person.campaigns')}>
        {(all ? items : items.slice(0, SHOWN)).map((item) => (
          <li key={item.campaign.id}>
            <Link
              className="count cut"
              to="/campaigns/$campaignId"
              params={{ campaignId: item.campaign.id }}
            >
              <bdi>{item.campaign.name ?? item.campaign.id}</bdi>
            </Link>
            <OutcomeName outcome={item.outcome} />
            <span className="muted">{did(item)}</span>
            <span className="num faint">
              {item.at !== null &&
                (new Date(item.at).toDateString() === today ? time(item.at) : date(item.at))}
            </span>
          </li>
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
