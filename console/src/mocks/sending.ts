/** Campaigns and templates. */
import type { Campaign } from '@/api/types';
import { found, on, pageOf, problem } from './on';
import { matching, now, people } from './people';
import { campaigns, templates } from './records';
import { report } from './report';

/** A campaign that goes on in another state. */
function stand(id: number, status: Campaign['status']): Campaign {
  const campaign = found(campaigns, id)!;
  const counts = { ...found(campaigns, 1)!.counts };
  return Object.assign(campaign, { status, counts, started_at: Date.now() });
}

export const sending = [
  on('get', '/campaigns').answers(({ query }) => {
    const status = query.get('status');
    return pageOf(
      campaigns.filter((campaign) => !status || campaign.status === status),
      query,
    );
  }),
  on('post', '/campaigns/preview').answers(async ({ body }) => {
    const asked = await body();
    const all = matching(asked.audience);
    const reachable = all.filter((person) => person.reachable).length;
    const held = Math.round((reachable * (asked.held_out_percent ?? 0)) / 100);
    const seconds = Math.ceil((reachable - held) / 30);
    return {
      match: all.length,
      left_out: all.length - reachable,
      held_out: held,
      writes_to: reachable - held,
      seconds,
      finishes_at: Date.now() + seconds * 1000,
      warnings: [
        {
          code: 'written_to_within_a_day',
          message: '89 of them got another campaign within 24 hours',
          count: 89,
          expression: { campaign: { id: 3, outcome: 'sent' } },
        },
      ],
    };
  }),
  on('post', '/campaigns').answers(async ({ body }) => {
    const campaign: Campaign = {
      ...campaigns[1]!,
      ...(await body()),
      id: campaigns.length + 1,
      status: 'draft',
      version: 1,
    };
    campaigns.unshift(campaign);
    return campaign;
  }, 201),
  on('get', '/campaigns/{id}').answers(({ id }) => {
    const campaign = found(campaigns, id);
    return campaign ? campaign : problem(404, 'not_found', 'no such campaign');
  }),
  on('patch', '/campaigns/{id}').answers(async ({ id, body }) => {
    const campaign = found(campaigns, id)!;
    Object.assign(campaign, await body(), { version: campaign.version + 1 });
    return campaign;
  }),
  on('delete', '/campaigns/{id}').answers(() => undefined),
  on('get', '/campaigns/{id}/report').answers(({ id }) => {
    const campaign = found(campaigns, id);
    return campaign ? report(campaign) : problem(404, 'not_found', 'no such campaign');
  }),
  on('get', '/campaigns/{id}/ledger').answers(({ query }) => {
    const outcome = query.get('outcome');
    const items = people.slice(0, 1427).map((person, index) => ({
      contact_id: person.id,
      telegram_id: person.telegram_id,
      name: person.name,
      stage: person.stage?.name ?? null,
      outcome: (index % 70 === 3 ? 'blocked' : index % 90 === 5 ? 'failed' : 'sent') as 'sent',
      reason: index % 70 === 3 ? 'Forbidden: bot was blocked by the user' : null,
      message_id: 48_000 + index,
      at: now - index * 33,
    }));
    return pageOf(
      items.filter((item) => !outcome || item.outcome === outcome),
      query,
    );
  }),
  on('get', '/bots/{id}/testers').answers(() => ({
    items: [
      { contact_id: 1, telegram_id: 9_000_001, name: 'Ada', username: 'ada', reachable: true },
    ],
  })),
  on('put', '/bots/{id}/testers').answers(() => ({ items: [] })),
  on('post', '/campaigns/{id}/test').answers(() => ({
    sent: [{ contact_id: 1, state: 'sent', reason: null }],
  })),
  on('post', '/campaigns/{id}/start').answers(({ id }) => stand(id, 'canary')),
  on('post', '/campaigns/{id}/pause').answers(({ id }) => stand(id, 'paused')),
  on('post', '/campaigns/{id}/resume').answers(({ id }) => stand(id, 'sending')),
  on('post', '/campaigns/{id}/cancel').answers(({ id }) => stand(id, 'cancelled')),
  on('get', '/templates').answers(() => ({ items: templates, next: null })),
];
