/** Campaigns, segments, flows and the rest, agreeing with one another. Development and tests only. */
import type {
  Bot,
  Campaign,
  CampaignCounts,
  Canned,
  Conversation,
  Flow,
  Graph,
  Message,
  Right,
  Segment,
  Session,
  Stage,
  Tag,
  Template,
  ThreadEntry,
} from '@/api/types';
import { matching, now, people, pick, random, stageNames, tags } from './people';

const DAY = 86_400_000;
const MINUTE = 60_000;

export const bot: Bot = {
  id: 1,
  telegram_id: 7_000_000_001,
  username: 'lantern__daily_bot',
  name: 'Lantern Daily',
  status: 'running',
  intake: 'polling',
  intake_note: null,
  webhook: null,
  health: {
    last_update_at: now - 2_000,
    last_error: null,
    last_error_at: null,
    blocked_until: null,
    ingest_failed: 0,
  },
  bulk_per_second: 30,
  decline_payments: null,
  contacts: people.length,
  created_at: now - 181 * DAY,
};
const deadBot: Bot = {
  ...bot,
  id: 2,
  username: 'lantern_shop_bot',
  name: 'Lantern Shop',
  status: 'token_dead',
  contacts: 0,
  health: {
    ...bot.health,
    last_update_at: now - 3 * DAY,
    last_error: 'Unauthorized',
    last_error_at: now - 3 * DAY,
  },
};
const agent: Right[] = ['read', 'converse', 'edit_contacts', 'upload_files'];
const marketer: Right[] = [
  ...agent,
  'see_addresses',
  'import_contacts',
  'export_contacts',
  'edit_audiences',
  'edit_templates',
  'edit_links',
  'edit_flows',
  'send_campaigns',
];
const owner: Right[] = [
  ...marketer,
  'erase_contacts',
  'manage_bots',
  'manage_team',
  'manage_workspace',
];
export const session: Session = {
  rights: owner,
  roles: [
    { role: 'owner', rights: owner },
    { role: 'marketer', rights: marketer },
    { role: 'agent', rights: agent },
  ],
  member: {
    id: 1,
    name: 'Mira Kovač',
    email: 'mira@lantern.example',
    role: 'owner',
    telegram: null,
  },
  workspace: { id: 1, name: 'Lantern', time_zone: 'Europe/Lisbon' },
  bots: [bot, deadBot],
  demo: true,
  public_url: 'http://localhost:8080',
  phone_url: 'http://localhost:8081',
  country_by: 'network',
};

export const message: Message = {
  text: 'Hi {first_name|friend}, the autumn reading list is out.\n\nFive new books, each with a chapter to try for free. LEAF20 takes 20% off until Sunday.\n“The clearest history of the chip I have read.” Rated 4.8 by readers\nAll of it at lantern.example/autumn',
  entities: [
    { type: 'bold', offset: 57, length: 14 },
    { type: 'code', offset: 110, length: 6 },
    { type: 'blockquote', offset: 145, length: 68 },
    { type: 'text_link', offset: 227, length: 22, url: 'https://lantern.example/autumn' },
  ],
  buttons: [
    [
      {
        text: 'Claim the coupon',
        press: { add_tags: ['Coupon Claimed'], remove_tags: [], reply: 'Here it is: LEAF20' },
      },
      { text: 'Open the list', url: 'https://lantern.example/autumn' },
    ],
    [
      { text: 'More about AI', press: { add_tags: ['兴趣-AI'], remove_tags: [] } },
      { text: 'Not for me', press: { add_tags: [], remove_tags: ['兴趣-科技'] } },
    ],
  ],
};

export const stages: Stage[] = (
  [
    ['churned', { last_interaction: { older_than: '30d' } }],
    ['customer', { event: { kind: 'conversion' } }],
    ['new', { last_interaction: { never: true } }],
    ['active', { last_interaction: { within: '7d' } }],
    ['cooling', { all: [] }],
  ] as const
).map(([name, expression], at) => ({
  id: at + 1,
  name,
  color: '',
  position: at,
  expression: expression as never,
  count: people.filter((person) => person.stage?.name === name).length,
}));

export const tagList: Tag[] = tags.map((tag) => {
  const count = people.filter((person) => person.tags.some((own) => own.id === tag.id)).length;
  return {
    ...tag,
    description: '',
    people: count,
    applied_by: {
      flow: Math.round(count * 0.6),
      agent: 12,
      campaign: count - Math.round(count * 0.6) - 12,
      link: 0,
      import: 0,
      api: 0,
    },
    used_by: tag.id < 3 ? [{ kind: 'flow', id: 1, name: 'Welcome' }] : [],
  };
});

const techOrAi: Segment['expression'] = {
  all: [
    { tag: { has_any: ['兴趣-科技', '兴趣-AI'] } },
    {
      any: [
        { last_interaction: { within: '14d' } },
        { event: { kind: 'button', object: 'pricing', at_least: 2, within: '30d' } },
      ],
    },
    { not: { tag: { has: 'Coupon Claimed', added_within: '30d' } } },
  ],
};
function segmentOf(id: number, name: string, expression: Segment['expression']): Segment {
  const all = matching(expression);
  return {
    id,
    bot_id: 1,
    name,
    description: '',
    expression,
    count: all.length,
    reachable: all.filter((person) => person.reachable).length,
    used_by: id === 1 ? [{ kind: 'campaign', id: 1, name: 'Autumn reading list' }] : [],
    created_at: now - id * 3 * DAY,
    updated_at: now - id * DAY,
    version: 1,
  };
}
export const segments: Segment[] = [
  segmentOf(1, 'Tech or AI, warm', techOrAi),
  segmentOf(2, 'Cooling, but reachable', {
    all: [{ stage: { in: ['cooling'] } }, { reachable: true }],
  }),
  segmentOf(3, 'High intent', { tag: { has: 'High intent' } }),
];

const none: CampaignCounts = {
  audience: 0,
  left_out: 0,
  held_out: 0,
  pending: 0,
  leased: 0,
  sent: 0,
  failed: 0,
  blocked: 0,
  skipped: 0,
  unknown: 0,
};
const base: Campaign = {
  id: 0,
  bot_id: 1,
  name: '',
  status: 'done',
  pause_reason: null,
  pause_detail: null,
  audience: techOrAi,
  message,
  held_out_percent: 10,
  canary: 150,
  counts: none,
  rate_per_second: null,
  finishes_at: null,
  frozen: { at: now - DAY, number: 90_000 },
  created_at: now - 2 * DAY,
  started_at: now - DAY,
  finished_at: now - DAY + 2 * MINUTE,
  version: 1,
  allowed: ['test', 'resolve'],
};
export const campaigns: Campaign[] = [
  {
    ...base,
    id: 1,
    name: 'Autumn reading list',
    status: 'sending',
    allowed: ['test', 'pause', 'cancel', 'resolve'],
    counts: {
      audience: 1427,
      left_out: 36,
      held_out: 143,
      pending: 358,
      leased: 30,
      sent: 872,
      failed: 6,
      blocked: 15,
      skipped: 0,
      unknown: 3,
    },
    rate_per_second: 29.8,
    finishes_at: now + 13_000,
    started_at: now - 30 * MINUTE,
    finished_at: null,
  },
  {
    ...base,
    id: 2,
    name: 'Winter preview',
    status: 'draft',
    allowed: ['edit', 'test', 'start', 'delete'],
    frozen: null,
    started_at: null,
    finished_at: null,
    counts: none,
  },
  {
    ...base,
    id: 3,
    name: 'Flash sale',
    counts: {
      audience: 2136,
      left_out: 80,
      held_out: 214,
      pending: 0,
      leased: 0,
      sent: 1902,
      failed: 3,
      blocked: 15,
      skipped: 2,
      unknown: 0,
    },
    started_at: now - 9 * DAY,
    finished_at: now - 9 * DAY + 70_000,
  },
  {
    ...base,
    id: 4,
    name: 'AI weekly, no. 13',
    status: 'paused',
    allowed: ['test', 'resume', 'cancel', 'resolve'],
    pause_reason: 'canary',
    counts: {
      audience: 1130,
      left_out: 20,
      held_out: 113,
      pending: 867,
      leased: 0,
      sent: 148,
      failed: 0,
      blocked: 1,
      skipped: 0,
      unknown: 1,
    },
    finished_at: null,
    started_at: now - 20 * MINUTE,
  },
];

const graph: Graph = {
  start: 'start',
  nodes: {
    start: { type: 'start', triggers: [{ command: 'start' }], next: 'menu' },
    menu: {
      type: 'menu',
      message: { text: 'Welcome to Lantern Daily. What do you read?', format: 'plain' },
      columns: 2,
      options: [
        { key: 'tech', text: '科技', add_tags: ['兴趣-科技'], next: 'thanks' },
        { key: 'ai', text: 'AI', add_tags: ['兴趣-AI'], next: 'thanks' },
        { key: 'history', text: '历史', add_tags: ['兴趣-历史'], next: 'thanks' },
        { key: 'agent', text: 'Talk to someone', next: 'hand' },
      ],
    },
    thanks: {
      type: 'message',
      message: { text: 'Good choice. You will hear from us.', format: 'plain' },
      next: 'end',
    },
    hand: {
      type: 'handover',
      message: { text: 'Someone answers in a few minutes.', format: 'plain' },
    },
    end: { type: 'end' },
  },
};
export const flows: Flow[] = [
  {
    id: 1,
    bot_id: 1,
    name: 'Welcome',
    status: 'published',
    version: 7,
    draft: graph,
    published: graph,
    draft_changed: false,
    runs: { started: 5000, active: 212, ended: 4788 },
    nodes: {
      start: { reached: 5000, left: 5000 },
      menu: { reached: 5000, left: 4310 },
      thanks: { reached: 3902, left: 3902 },
      hand: { reached: 408, left: 408 },
      end: { reached: 3902, left: 3902 },
    },
    options: { 'menu/tech': 1840, 'menu/ai': 1402, 'menu/history': 660, 'menu/agent': 408 },
    updated_at: now - 4 * DAY,
    edit_version: 3,
  },
];
export const templates: Template[] = [
  {
    id: 1,
    name: 'Flash sale',
    message,
    from_campaign: { id: 3, name: 'Flash sale' },
    results: {
      sent: 1902,
      open_rate: 0.276,
      replied: 71,
      blocked: 15,
      people: {
        sent: { campaign: { id: 3, outcome: 'sent' } },
        opened: { campaign: { id: 3, outcome: 'clicked' } },
        replied: { campaign: { id: 3, outcome: 'replied' } },
        blocked: { campaign: { id: 3, outcome: 'blocked_after' } },
      },
      rank: 0.257,
    },
    version: '84',
    created_at: now - 8 * DAY,
  },
  {
    id: 2,
    name: 'Book fair',
    message: {
      text: 'We are at the book fair from Friday to Sunday, hall 4, stand C18.',
      entities: [{ type: 'bold', offset: 61, length: 3 }],
      buttons: [[{ text: 'I will come', press: {} }]],
    },
    from_campaign: null,
    results: null,
    version: '85',
    created_at: now - 3 * DAY,
  },
];
export const canned: Canned[] = [
  {
    id: 1,
    name: 'coupon',
    message: { text: 'Your code LEAF20 works on all books until Sunday.', format: 'plain' },
  },
];

const lines = [
  'Does the coupon also work for the AI book?',
  '请问可以开发票吗？公司抬头',
  'I was charged twice, see the picture',
  '好的，那我等你们的消息',
  'Thanks, that helped',
  'Perfect',
];
export const conversations: Conversation[] = people.slice(0, 60).map((contact, at) => ({
  contact,
  status: at < 40 ? 'open' : 'closed',
  assignee: at % 3 === 0 ? { id: 1, name: 'Mira Kovač' } : null,
  waiting_since: at < 7 ? now - (at + 4) * MINUTE : null,
  unread: at < 5 ? 1 : 0,
  last: { at: now - (at + 1) * 7 * MINUTE, text: pick(lines), from: at < 7 ? 'person' : 'agent' },
}));
export function threadOf(id: number): ThreadEntry[] {
  const entry = (part: Partial<ThreadEntry>, at: number): ThreadEntry => ({
    id: `message-${id * 100 + at}`,
    at: now - at * 5 * MINUTE,
    from: 'person',
    kind: 'message',
    text: '',
    event: null,
    media: null,
    content: null,
    entities: [],
    details: [],
    edited_at: null,
    earlier: [],
    buttons: [],
    by: null,
    campaign: null,
    state: null,
    reason: null,
    ...part,
  });
  return [
    entry({ text: pick(lines) }, 1),
    entry(
      {
        text: 'My order number is 4117',
        content: 'text',
        edited_at: now - 9 * MINUTE,
        earlier: [{ at: now - 10 * MINUTE, text: 'My order number is 4711' }],
      },
      2,
    ),
    entry(
      {
        text: null,
        content: 'contact',
        details: [
          { name: 'name', text: 'Ann' },
          { name: 'phone', text: '+10000000000' },
        ],
      },
      2.5,
    ),
    entry({ from: 'flow', text: 'Here it is: LEAF20, until Sunday.', state: 'sent' }, 3),
    entry(
      {
        kind: 'button',
        text: 'Claim the coupon',
        campaign: { id: 1, name: 'Autumn reading list' },
      },
      4,
    ),
    entry(
      {
        from: 'campaign',
        text: (message.text ?? '').replace(/<[^>]+>/g, ''),
        campaign: { id: 1, name: 'Autumn reading list' },
        state: 'sent',
      },
      8,
    ),
    entry(
      {
        from: 'agent',
        kind: 'note',
        text: 'Pre-orders are fine until Friday.',
        by: { id: 1, name: 'Mira Kovač' },
      },
      20,
    ),
    entry({ kind: 'start', text: '/start fb-summer' }, 900),
  ];
}
export const dayCounts = (days: number, most: number) =>
  Array.from({ length: days }, (_, at) => ({
    day: new Date(now - (days - 1 - at) * DAY).toISOString().slice(0, 10),
    count: Math.floor((0.4 + random() * 0.6) * most),
  }));
export const dayPeople = (days: number, most: number) =>
  dayCounts(days, most).map((each) => ({
    ...each,
    people: { first_seen: { after: each.day } },
  }));
export const stageCounts = stageNames;
