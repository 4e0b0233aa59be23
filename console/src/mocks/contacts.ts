/** People, one by one. */
import { formOf, isExpression } from '@/api/expressions';
import type {
  Contact,
  ContactCampaign,
  ContactLife,
  Entry,
  ExplainNode,
  Expression,
  Visit,
} from '@/api/types';
import { found, on, pageOf, problem } from './on';
import { matching, now, people, stageNames, tags, type Person } from './people';
import { holds } from '@/ui/fold';

function expressionOf(query: URLSearchParams): Expression {
  const text = query.get('expression');
  const value: unknown = text ? JSON.parse(text) : { all: [] };
  return isExpression(value) ? value : { all: [] };
}
function contactOf(person: Person): Contact {
  const place = stageNames.indexOf(person.stage?.name as (typeof stageNames)[number]);
  return {
    ...person,
    number: person.id - 1,
    tags: person.tags.map((tag, index) => ({
      ...tag,
      at: now - (index + 1) * 86_400_000,
      origin: { by: 'flow', id: 1, name: 'Welcome' },
    })),
    profile: {
      first_name: person.name,
      last_name: null,
      username: person.username,
      language: person.language,
      premium: person.premium,
      country: null,
      country_by: null,
      browser: null,
      os: null,
    },
    attributes: { plan: 'free', last_book: 'Chip War' },
    source: person.source ? { link: person.source } : {},
    conversation: {
      status: 'open',
      assignee_id: 1,
      waiting_since: person.id < 8 ? now - 18 * 60_000 : null,
    },
    stage_explained: {
      matched: true,
      now,
      tree: {
        path: '',
        form: 'stage',
        matched: true,
        fact: { stage: person.stage?.name },
        changes_at: null,
        children: stageNames.slice(0, place + 1).map((_, at) => ({
          path: `/stage/rules/${at}`,
          form: at < 4 ? 'last_interaction' : 'all',
          matched: at === place,
          fact: { last_interaction_at: person.last_interaction_at },
          changes_at: at === place && person.last_interaction_at ? now + 5 * 86_400_000 : null,
          children: [],
        })),
      },
    },
  };
}
const timeline = (id: number): Entry[] =>
  (
    [
      ['message', null, 'Does the coupon also work for the AI book?', 'person'],
      ['tag_added', 'Coupon Claimed', null, 'campaign'],
      ['button', 'Claim the coupon', null, 'campaign'],
      ['button', 'tech', null, 'person'],
      ['button', 'f.1.7.2.0.AbCd_-12', null, 'person'],
      ['campaign_sent', 'Autumn reading list', null, 'campaign'],
      ['tag_added', '兴趣-科技', null, 'flow'],
      ['start', 'fb-summer', null, 'person'],
    ] as const
  ).map(([kind, object, text, by], index) => ({
    id: `event-${id * 10 + index}`,
    at: now - (index + 1) * 7_000_000,
    kind,
    object,
    text,
    by: { kind: by, id: 1, name: by === 'person' ? null : 'Welcome' },
    data:
      kind === 'campaign_sent'
        ? { state: 'sent', reason: null, answers: ['pressed', 'replied', 'tagged_direct'] }
        : {},
  }));

/** Somebody's way here: what is known of a browser that followed a link. */
const visit: Visit = {
  at: now - 9 * 86_400_000,
  started_at: now - 9 * 86_400_000 + 4_000,
  link: { id: 1, code: 'fb-summer', name: 'Facebook, summer' },
  address: '203.0.113.0/24',
  country: 'DE',
  country_by: 'network',
  browser: 'Chrome',
  os: 'Android',
  device: 'smartphone',
  language: 'de-DE,de;q=0.9',
  referrer: 'https://l.facebook.com/',
};

/** In which stages somebody was, and comes in silence; the present one is theirs. */
function lifeOf(person: Person): ContactLife {
  const DAY = 86_400_000;
  const until = now + 90 * DAY;
  const stage = (name: string, from: number) => ({ id: 1, name, from });
  const last = person.last_interaction_at;
  if (last === null) return { items: [stage('new', person.first_seen_at)], now, until };
  const items = [
    stage('new', person.first_seen_at),
    stage('active', person.first_seen_at + 60_000),
  ];
  const quiet = person.first_seen_at + 9 * DAY;
  if (quiet + 2 * DAY < last) items.push(stage('cooling', quiet), stage('active', last));
  if (person.converted) items.push(stage('customer', last));
  else items.push(stage('cooling', last + 7 * DAY));
  items.push(stage('churned', last + 30 * DAY));
  return { items, now, until };
}

const theirCampaigns = (person: Person): ContactCampaign[] => [
  {
    campaign: { id: 1, name: 'Autumn reading list' },
    outcome: person.id % 3 === 0 ? 'blocked' : 'sent',
    reason: null,
    at: now - 5_400_000,
    answers: person.id % 3 === 0 ? [] : ['pressed', 'replied', 'tagged_direct', 'window_message'],
  },
  {
    campaign: { id: 3, name: 'Flash sale' },
    outcome: 'held_out',
    reason: null,
    at: now - 9 * 86_400_000,
    answers: [],
  },
];

export const contacts = [
  on('get', '/contacts').answers(({ query }) => {
    const q = query.get('q') ?? '';
    const all = matching(expressionOf(query)).filter((person) =>
      holds(`${person.name} @${person.username ?? ''} ${person.telegram_id}`, q),
    );
    all.sort((a, b) => (b.last_interaction_at ?? 0) - (a.last_interaction_at ?? 0));
    return { ...pageOf(all, query), count: all.length };
  }),
  on('get', '/moves').answers(({ query }) => {
    const stage = stageNames[Number(query.get('to_stage')) - 1];
    const all = people.filter((person) => person.stage?.name === stage);
    return { ...pageOf(all, query), count: all.length };
  }),
  on('get', '/contacts/{id}').answers(({ id }) => {
    const person = found(people, id);
    return person ? contactOf(person) : problem(404, 'not_found', 'no such contact');
  }),
  on('get', '/contacts/{id}/timeline').answers(({ id }) => ({ items: timeline(id), next: null })),
  on('get', '/contacts/{id}/visits').answers(({ id }) => ({
    items: found(people, id)?.source ? [visit] : [],
  })),
  on('get', '/contacts/{id}/campaigns').answers(({ id }) => {
    const person = found(people, id);
    return { items: person?.source ? theirCampaigns(person) : [] };
  }),
  on('get', '/contacts/{id}/stages').answers(({ id }) => lifeOf(found(people, id)!)),
  on('get', '/contacts/{id}/explain').answers(({ id, query }) => {
    const expression = expressionOf(query);
    const person = found(people, id);
    const explain = (part: Expression, path: string): ExplainNode => {
      const form = formOf(part);
      const children =
        'all' in part ? part.all : 'any' in part ? part.any : 'not' in part ? [part.not] : [];
      return {
        path,
        form,
        matched: matching(part).includes(person!),
        fact: { last_interaction_at: person?.last_interaction_at },
        changes_at: null,
        children: children.map((child, index) =>
          explain(child, form === 'not' ? `${path}/not` : `${path}/${form}/${index}`),
        ),
      };
    };
    return {
      matched: matching(expression).includes(person!),
      now,
      tree: explain(expression, ''),
    };
  }),
  on('post', '/contacts/tags').answers(async ({ body }) => {
    const asked = await body();
    return { changed: matching(asked.expression).length };
  }),
  on('post', '/contacts/{id}/tags').answers(async ({ id, body }) => {
    const asked = await body();
    const person = found(people, id);
    if (!person) return problem(404, 'not_found', 'no such contact');
    person.tags = [
      ...person.tags.filter((tag) => !asked.remove?.includes(tag.name)),
      ...(asked.add ?? []).map(
        (name) => tags.find((tag) => tag.name === name) ?? { id: 99, name, color: '' },
      ),
    ];
    return contactOf(person);
  }),
  on('patch', '/contacts/{id}').answers(({ id }) => contactOf(found(people, id)!)),
];
