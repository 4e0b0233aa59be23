/** Who is signed in, the team, its bots, files and rules. */
import { on, problem } from './on';
import { now } from './people';
import { bot, session } from './records';
import { home } from './report';

export const workspace = [
  on('get', '/session').answers(() => session),
  on('get', '/home').answers(({ query }) => home(Number(query.get('days') ?? 7))),
  on('get', '/bots').answers(() => ({ items: session.bots })),
  on('get', '/bots/{id}').answers(() => bot),
  on('get', '/members').answers(() => ({
    items: [
      { ...session.member, created_at: now - 9e9, invited: false },
      {
        id: 2,
        name: 'Jon Bell',
        email: 'jon@lantern.example',
        role: 'agent',
        created_at: now - 5e9,
        invited: false,
      },
    ],
  })),
  on('get', '/media').answers(() => ({
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
  })),
  on('delete', '/media/{id}').answers(({ id }) =>
    id === 1
      ? problem(409, 'conflict', 'a message that is still to be sent carries the file "prices.pdf"')
      : undefined,
  ),
  on('get', '/workspace/phrases').answers(() => ({
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
  })),
  on('put', '/workspace/phrases').answers(async ({ body }) => ({
    ...(await body()),
    version: 1,
    changed_at: Date.now(),
    changed_by: null,
  })),
  on('get', '/workspace/retention').answers(() => ({
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
  })),
  on('post', '/workspace/retention/preview').answers(() => ({
    texts: 1204,
    raw: 0,
    visits: 88,
    notes: 3,
  })),
  on('get', '/tokens').answers(() => ({
    items: [{ id: 1, name: 'shop', created_at: now - 5e8, used_at: now }],
  })),
  on('get', '/sessions').answers(() => ({
    items: [
      {
        id: 1,
        created_at: now - 5e7,
        seen_at: now,
        user_agent: 'Chromium on Linux',
        current: true,
      },
    ],
  })),
];
