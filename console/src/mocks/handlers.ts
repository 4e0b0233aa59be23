import { http, HttpResponse, type JsonBodyType } from 'msw';
import type {
  Campaign,
  Contact,
  Entry,
  Expression,
  Home,
  Lift,
  Report,
  Segment,
} from '@/api/types';
import { isExpression } from '@/api/expressions';
import { matching, now, people, sources, stageNames, tags, type Person } from './people';
import {
  bot,
  campaigns,
  canned,
  conversations,
  dayCounts,
  flows,
  segments,
  session,
  stages,
  tagList,
  templates,
  threadOf,
} from './records';

const at = (path: string) => `/api/v1${path}`;
const json = (body: JsonBodyType, status = 200) => HttpResponse.json(body, { status });
const problem = (status: number, code: string, detail: string) =>
  HttpResponse.json(
    { type: 'about:blank', title: detail, status, code, detail, errors: [] },
    { status },
  );
const numberOf = (value: unknown) => Number(value);

function expressionOf(url: URL): Expression {
  const text = url.searchParams.get('expression');
  const value: unknown = text ? JSON.parse(text) : { all: [] };
  return isExpression(value) ? value : { all: [] };
}
function pageOf<T>(items: T[], url: URL) {
  const limit = Number(url.searchParams.get('limit') ?? 50);
  const from = Number(url.searchParams.get('cursor') ?? 0);
  return {
    items: items.slice(from, from + limit),
    next: from + limit < items.length ? String(from + limit) : null,
  };
}
const found = <T extends { id: number }>(list: T[], id: unknown): T | undefined =>
  list.find((each) => each.id === numberOf(id));

function contactOf(person: Person): Contact {
  return {
    ...person,
    number: person.id - 1,
    tags: person.tags.map((tag, index) => ({
      ...tag,
      at: now - (index + 1) * 86_400_000,
      origin: { by: 'flow', id: 1, name: 'Welcome' },
    })),
    profile: { language: person.language, premium: person.premium },
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
        children: [
          {
            path: '/stage/rules/3',
            form: 'last_interaction',
            matched: true,
            fact: { last_interaction_at: person.last_interaction_at },
            changes_at: now + 5 * 86_400_000,
            children: [],
          },
        ],
      },
    },
  };
}
const timeline = (id: number): Entry[] =>
  (
    [
      ['message', null, 'Does the coupon also work for the AI book?', 'person'],
      ['tag_added', 'Coupon Claimed', null, 'campaign'],
      ['button', 'Claim the coupon', null, 'person'],
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
    data: null,
  }));

function home(days: number): Home {
  const of = (name: string) => people.filter((person) => person.stage?.name === name).length;
  return {
    people: people.length,
    reachable: people.filter((person) => person.reachable).length,
    blocked: people.filter((person) => person.unreachable_reason === 'blocked').length,
    opted_out: people.filter((person) => person.unreachable_reason === 'opted_out').length,
    deactivated: people.filter((person) => person.unreachable_reason === 'deactivated').length,
    no_chat: people.filter((person) => person.unreachable_reason === 'not_started').length,
    stages: stageNames.map((name, index) => ({
      id: index + 1,
      name,
      color: '',
      count: of(name),
      before: of(name) - 20 + index * 12,
      in: 140,
      out: 160 - index * 12,
    })),
    moves: [
      { from: 'active', to: 'cooling', count: 148 },
      { from: 'new', to: 'active', count: 131 },
      { from: 'cooling', to: 'active', count: 97 },
      { from: 'cooling', to: 'churned', count: 63 },
      { from: 'active', to: 'customer', count: 14 },
    ],
    joined: dayCounts(days, 31),
    active: dayCounts(days, 1846),
    blocked_by_day: dayCounts(days, 4),
    blocked_in_days: { count: 26, people: { event: { kind: 'blocked', within: `${days - 1}d` } } },
    running: campaigns.filter((each) => ['sending', 'paused', 'canary'].includes(each.status)),
    recent: campaigns.filter((each) => each.status === 'done'),
    suggestions: [
      {
        code: 'churning_soon',
        count: 318,
        expression: {
          all: [{ stage: { in: ['cooling'] } }, { last_interaction: { older_than: '25d' } }],
        },
        params: { days: 5 },
      },
      {
        code: 'pressed_no_purchase',
        count: 204,
        expression: { event: { kind: 'button', object: 'pricing', at_least: 2, within: '30d' } },
        params: { object: 'pricing', times: 2 },
      },
    ],
    checklist: { flow: true, segment: true, campaign: false, answers: false, report: false },
  };
}

function report(campaign: Campaign): Report {
  const { sent } = campaign.counts;
  const figure = (share: number, outcome: string) => ({
    count: Math.round(sent * share),
    of: sent,
    share,
    people: { campaign: { id: campaign.id, outcome } },
  });
  const lift = (
    measure: Lift['measure'],
    n: number,
    hits: number,
    control: number,
    low: number,
    high: number,
    enough = true,
  ): Lift => ({
    measure,
    reached: { n, hits, people: { campaign: { id: campaign.id, outcome: 'replied' } } },
    held_out: {
      n: campaign.counts.held_out,
      hits: control,
      people: { campaign: { id: campaign.id, outcome: 'held_out' } },
    },
    difference: hits / n - control / campaign.counts.held_out,
    low,
    high,
    p: enough ? 0.21 : null,
    clear: false,
    enough,
  });
  return {
    accepted: figure(0.9, 'sent'),
    open_rate: figure(0.229, 'clicked'),
    pressed: figure(0.137, 'clicked'),
    followed: figure(0.131, 'clicked'),
    replied: figure(0.05, 'replied'),
    tagged: figure(0.159, 'tagged'),
    tagged_direct: figure(0.12, 'tagged'),
    tagged_assisted: figure(0.039, 'tagged'),
    converted: figure(0.046, 'converted'),
    blocked: figure(0.017, 'blocked'),
    blocked_after: figure(0.004, 'blocked'),
    opted_out: figure(0.003, 'blocked'),
    tags: tags
      .slice(1, 4)
      .map((tag, index) => ({ tag, direct: 142 - index * 40, people: { tag: { has: tag.name } } })),
    buttons: [
      ['0.0', 'Claim the coupon', 142],
      ['0.1', 'More about AI', 57],
      ['1.0', 'More about AI', 0],
    ].map(([place, text, count]) => ({
      place: String(place),
      text: String(text),
      people_count: Number(count),
      people: { campaign: { id: campaign.id, outcome: 'clicked', button: String(place) } },
    })),
    lift: [
      lift('messages', sent, Math.round(sent * 0.05), 3, 0.004, 0.06),
      lift('conversions', sent, Math.round(sent * 0.046), 4, -0.025, 0.04),
      lift('blocks', sent, 5, 0, -0.01, 0.01, false),
    ],
    settles_at: now + 3_600_000,
    breakdown: ['active', 'cooling', 'customer'].map((name, index) => ({
      key: name,
      name,
      accepted: figure(0.5 - index * 0.15, 'sent'),
      open: figure(0.15 - index * 0.04, 'clicked'),
      replied: figure(0.03 - index * 0.01, 'replied'),
      blocked: figure(0.002 * (index + 1), 'blocked'),
    })),
    definitions: {
      open_rate: 'People who pressed a button or followed a link, of those accepted by Telegram.',
    },
  };
}

const contacts = [
  http.get(at('/contacts'), ({ request }) => {
    const url = new URL(request.url);
    const q = url.searchParams.get('q')?.toLowerCase() ?? '';
    const all = matching(expressionOf(url)).filter(
      (person) =>
        !q ||
        person.name.toLowerCase().includes(q) ||
        (person.username ?? '').includes(q) ||
        String(person.telegram_id).includes(q),
    );
    all.sort((a, b) => (b.last_interaction_at ?? 0) - (a.last_interaction_at ?? 0));
    return json({ ...pageOf(all, url), count: all.length });
  }),
  http.get(at('/contacts/:id'), ({ params }) => {
    const person = found(people, params.id);
    return person ? json(contactOf(person)) : problem(404, 'not_found', 'no such contact');
  }),
  http.get(at('/contacts/:id/timeline'), ({ params }) =>
    json({ items: timeline(numberOf(params.id)), next: null }),
  ),
  http.get(at('/contacts/:id/explain'), ({ params, request }) => {
    const expression = expressionOf(new URL(request.url));
    const person = found(people, params.id);
    const explain = (part: Expression, path: string): object => {
      const form = Object.keys(part)[0]!;
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
    return json({
      matched: matching(expression).includes(person!),
      now,
      tree: explain(expression, ''),
    } as never);
  }),
  http.post(at('/contacts/tags'), async ({ request }) => {
    const body = (await request.json()) as { expression: Expression; add: string[] };
    return json({ changed: matching(body.expression).length });
  }),
  http.post(at('/contacts/:id/tags'), async ({ params, request }) => {
    const body = (await request.json()) as { add?: string[]; remove?: string[] };
    const person = found(people, params.id);
    if (!person) return problem(404, 'not_found', 'no such contact');
    person.tags = [
      ...person.tags.filter((tag) => !body.remove?.includes(tag.name)),
      ...(body.add ?? []).map(
        (name) => tags.find((tag) => tag.name === name) ?? { id: 99, name, color: '' },
      ),
    ];
    return json(contactOf(person));
  }),
  http.patch(at('/contacts/:id'), ({ params }) => json(contactOf(found(people, params.id)!))),
];

const audience = [
  http.get(at('/tags'), () => json({ items: tagList })),
  http.get(at('/attributes'), () =>
    json({
      items: [
        { key: 'last_book', kind: 'text', mixed: false, counts: { bool: 0, number: 0, text: 230 } },
        { key: 'plan', kind: 'text', mixed: false, counts: { bool: 0, number: 0, text: 412 } },
        { key: 'spent', kind: null, mixed: true, counts: { bool: 0, number: 96, text: 18 } },
      ],
    }),
  ),
  http.post(at('/attributes/unify'), () =>
    json({ people: 114, changed: 17, misfit_count: 1, misfits: [{ contact_id: 1, value: 'n/a' }] }),
  ),
  http.get(at('/stages'), () => json({ items: stages, version: 1 })),
  http.post(at('/stages/preview'), () =>
    json({
      items: stages.map((stage) => ({
        name: stage.name,
        count: stage.count + 40,
        before: stage.count,
      })),
      moves: [{ from: 'active', to: 'cooling', count: 233 }],
    }),
  ),
  http.get(at('/segments'), () => json({ items: segments, next: null })),
  http.get(at('/segments/:id'), ({ params }) => {
    const segment = found(segments, params.id);
    return segment ? json(segment) : problem(404, 'not_found', 'no such segment');
  }),
  http.post(at('/segments'), async ({ request }) => {
    const body = (await request.json()) as Pick<Segment, 'name' | 'expression'>;
    const segment: Segment = {
      ...segments[0]!,
      ...body,
      id: segments.length + 1,
      used_by: [],
      count: matching(body.expression).length,
      version: 1,
    };
    segments.push(segment);
    return json(segment, 201);
  }),
  http.patch(at('/segments/:id'), async ({ params, request }) => {
    const segment = found(segments, params.id)!;
    Object.assign(segment, await request.json(), { version: segment.version + 1 });
    return json(segment);
  }),
  http.post(at('/segments/preview'), async ({ request }) => {
    const body = (await request.json()) as { expression: Expression; breakdown?: string };
    const all = matching(body.expression);
    const keys =
      body.breakdown === 'stage'
        ? stageNames
        : body.breakdown === 'source'
          ? sources
          : body.breakdown === 'language'
            ? ['en', 'zh', 'pt', 'de', 'tr', 'es']
            : tags.map((tag) => tag.name);
    const has = (person: Person, key: string) =>
      body.breakdown === 'stage'
        ? person.stage?.name === key
        : body.breakdown === 'source'
          ? person.source === key
          : body.breakdown === 'language'
            ? person.language === key
            : person.tags.some((tag) => tag.name === key);
    const reachable = all.filter((person) => person.reachable).length;
    return json({
      count: all.length,
      reachable,
      left_out: all.length - reachable,
      sample: all.slice(0, 10),
      took_us: 900,
      breakdown: keys
        .map((key) => ({ key, name: key, count: all.filter((person) => has(person, key)).length }))
        .filter((each) => each.count > 0),
      number: 1,
    });
  }),
];

const sending = [
  http.get(at('/campaigns'), ({ request }) => json(pageOf(campaigns, new URL(request.url)))),
  http.post(at('/campaigns/preview'), async ({ request }) => {
    const body = (await request.json()) as { audience: Expression; held_out_percent?: number };
    const all = matching(body.audience);
    const reachable = all.filter((person) => person.reachable).length;
    const held = Math.round((reachable * (body.held_out_percent ?? 0)) / 100);
    const seconds = Math.ceil((reachable - held) / 30);
    return json({
      match: all.length,
      left_out: all.length - reachable,
      held_out: held,
      writes_to: reachable - held,
      seconds,
      finishes_at: Date.now() + seconds * 1000,
      warnings: [
        {
          code: 'recently_written',
          message: '89 of them got another campaign within 24 hours',
          count: 89,
          expression: { campaign: { id: 3, outcome: 'sent' } },
        },
      ],
    });
  }),
  http.post(at('/campaigns'), async ({ request }) => {
    const campaign: Campaign = {
      ...campaigns[1]!,
      ...((await request.json()) as object),
      id: campaigns.length + 1,
      status: 'draft',
      version: 1,
    };
    campaigns.unshift(campaign);
    return json(campaign, 201);
  }),
  http.get(at('/campaigns/:id'), ({ params }) => {
    const campaign = found(campaigns, params.id);
    return campaign ? json(campaign) : problem(404, 'not_found', 'no such campaign');
  }),
  http.patch(at('/campaigns/:id'), async ({ params, request }) => {
    const campaign = found(campaigns, params.id)!;
    Object.assign(campaign, await request.json(), { version: campaign.version + 1 });
    return json(campaign);
  }),
  http.delete(at('/campaigns/:id'), () => new HttpResponse(null, { status: 204 })),
  http.get(at('/campaigns/:id/report'), ({ params }) => json(report(found(campaigns, params.id)!))),
  http.get(at('/campaigns/:id/ledger'), ({ request }) => {
    const url = new URL(request.url);
    const outcome = url.searchParams.get('outcome');
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
    return json(
      pageOf(
        items.filter((item) => !outcome || item.outcome === outcome),
        url,
      ),
    );
  }),
  http.get(at('/bots/:id/testers'), () =>
    json({
      items: [
        { contact_id: 1, telegram_id: 9_000_001, name: 'Ada', username: 'ada', reachable: true },
      ],
    }),
  ),
  http.put(at('/bots/:id/testers'), () => json({ items: [] })),
  http.post(at('/campaigns/:id/test'), () =>
    json({ sent: [{ contact_id: 1, state: 'sent', reason: null }] }),
  ),
  http.post(at('/campaigns/:id/:act'), async ({ params }) => {
    const campaign = found(campaigns, params.id)!;
    const next = { start: 'canary', pause: 'paused', resume: 'sending', cancel: 'cancelled' }[
      String(params.act)
    ];
    if (next)
      Object.assign(campaign, {
        status: next,
        counts: { ...campaigns.find((each) => each.id === 1)!.counts },
        started_at: Date.now(),
      });
    return json(campaign);
  }),
  http.get(at('/templates'), () => json({ items: templates, next: null })),
];

const talking = [
  http.get(at('/conversations'), ({ request }) => {
    const url = new URL(request.url);
    const filter = url.searchParams.get('filter') ?? 'open';
    const all = conversations.filter((each) =>
      filter === 'closed'
        ? each.status === 'closed'
        : filter === 'all'
          ? true
          : each.status === 'open' &&
            (filter === 'mine'
              ? each.assignee?.id === 1
              : filter === 'unassigned'
                ? !each.assignee
                : true),
    );
    const waiting = all
      .filter((each) => each.waiting_since !== null)
      .sort((a, b) => (a.waiting_since ?? 0) - (b.waiting_since ?? 0));
    return json({
      ...pageOf(url.searchParams.get('order') === 'waiting' ? waiting : all, url),
      counts: { mine: 14, unassigned: 26, open: 40, closed: 20 },
    });
  }),
  http.get(at('/conversations/:id/messages'), ({ params }) =>
    json({ items: threadOf(numberOf(params.id)), next: null }),
  ),
  http.post(at('/conversations/:id/messages'), async ({ params, request }) => {
    const body = (await request.json()) as { message: { text: string } };
    return json(
      {
        ...threadOf(numberOf(params.id))[0]!,
        id: Date.now(),
        at: Date.now(),
        from: 'agent',
        text: body.message.text,
        by: { id: 1, name: 'Mira Kovač' },
        state: 'pending',
      },
      202,
    );
  }),
  http.post(at('/conversations/:id/:act'), () => new HttpResponse(null, { status: 204 })),
  // The mocks are written with entities; markup is the server's to read.
  http.post(at('/messages/read'), async ({ request }) => {
    const { texts } = (await request.json()) as { texts: { text: string }[] };
    return json({ items: texts.map(({ text }) => ({ text, entities: [], fault: null })) });
  }),
  http.get(at('/canned'), () => json({ items: canned })),
];

export const handlers = [
  http.get(at('/session'), () => json(session)),
  http.get(at('/home'), ({ request }) =>
    json(home(Number(new URL(request.url).searchParams.get('days') ?? 7))),
  ),
  http.get(at('/bots'), () => json({ items: session.bots })),
  http.get(at('/bots/:id'), () => json(bot)),
  http.get(at('/members'), () =>
    json({
      items: [
        session.member,
        { id: 2, name: 'Jon Bell', email: 'jon@lantern.example', role: 'agent' },
      ],
    }),
  ),
  http.get(at('/media'), () =>
    json({
      items: [
        {
          id: 3,
          name: 'autumn-reading-list-with-a-long-name.png',
          content_type: 'image/png',
          byte_count: 482_113,
          width: 1280,
          height: 720,
          kinds: ['photo', 'document'],
          created_at: now - 5e8,
          used_by: [
            { kind: 'template', id: 1, name: 'Autumn' },
            { kind: 'campaign', id: 2, name: 'Autumn reading list' },
          ],
        },
        {
          id: 2,
          name: 'tour.mp4',
          content_type: 'video/mp4',
          byte_count: 18_400_220,
          width: null,
          height: null,
          kinds: ['video', 'document'],
          created_at: now - 9e8,
          used_by: [],
        },
        {
          id: 1,
          name: 'prices.pdf',
          content_type: 'application/pdf',
          byte_count: 88_120,
          width: null,
          height: null,
          kinds: ['document'],
          created_at: now - 3e9,
          used_by: [],
        },
      ],
      next: null,
      file_count: 3,
      byte_count: 18_970_453,
      byte_count_max: 21_474_836_480,
    }),
  ),
  http.delete(at('/media/:id'), ({ params }) =>
    params.id === '1'
      ? problem(409, 'conflict', 'a message that is still to be sent carries the file "prices.pdf"')
      : new HttpResponse(null, { status: 204 }),
  ),
  http.get(at('/workspace/phrases'), () =>
    json({
      languages: [
        {
          language: 'en',
          stop_words: ['stop', 'unsubscribe'],
          stopped: 'You will get no more news from us.',
          back: 'Get news again',
          bound: 'Your account is bound.',
        },
        {
          language: 'zh',
          stop_words: ['退订'],
          stopped: '已为你停止群发消息。',
          back: '重新接收',
          bound: '账号已绑定。',
        },
      ],
      version: 0,
      changed_at: null,
      changed_by: null,
    }),
  ),
  http.put(at('/workspace/phrases'), async ({ request }) =>
    json({
      ...((await request.json()) as object),
      version: 1,
      changed_at: Date.now(),
      changed_by: null,
    }),
  ),
  http.get(at('/workspace/retention'), () =>
    json({
      texts_days: null,
      raw_days: 90,
      visits_days: 365,
      notes_days: null,
      address_days: 30,
      days_min: 3,
      days_max: 3653,
      version: 0,
      changed_at: null,
      changed_by: null,
    }),
  ),
  http.post(at('/workspace/retention/preview'), () =>
    json({ texts: 1204, raw: 0, visits: 88, notes: 3 }),
  ),
  http.get(at('/tokens'), () => json({ items: [{ id: 1, name: 'shop', created_at: now - 5e8 }] })),
  http.get(at('/sessions'), () =>
    json({
      items: [
        {
          id: 1,
          created_at: now - 5e7,
          seen_at: now,
          user_agent: 'Chromium on Linux',
          current: true,
        },
      ],
    }),
  ),
  ...contacts,
  ...audience,
  ...sending,
  ...talking,
  http.get(at('/flows'), () => json({ items: flows, next: null })),
  http.get(at('/flows/:id'), ({ params }) => json(found(flows, params.id) ?? null)),
  http.patch(at('/flows/:id'), async ({ params, request }) => {
    const flow = found(flows, params.id)!;
    const body = (await request.json()) as { name?: string; graph?: (typeof flow)['draft'] };
    Object.assign(flow, {
      name: body.name ?? flow.name,
      draft: body.graph ?? flow.draft,
      draft_changed: true,
      edit_version: flow.edit_version + 1,
    });
    return json(flow);
  }),
  http.post(at('/flows/:id/publish'), ({ params }) => {
    const flow = found(flows, params.id)!;
    Object.assign(flow, {
      published: flow.draft,
      draft_changed: false,
      version: (flow.version ?? 0) + 1,
    });
    return json(flow);
  }),
  http.get(at('/flows/:id/versions'), () =>
    json({ items: [{ version: 7, published_at: now - 3e8, graph: flows[0]!.draft }] }),
  ),
  http.get(
    at('/live'),
    () =>
      new HttpResponse(
        new ReadableStream({
          start: (stream) => stream.enqueue(new TextEncoder().encode(': open\n\n')),
        }),
        { headers: { 'content-type': 'text/event-stream' } },
      ),
  ),
];
