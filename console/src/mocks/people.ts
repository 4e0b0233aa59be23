/** 5,000 simulated people of one bot, from a seed, and the few rules needed to count them. Development and tests only. */
import { profileOf, sourceOf } from '@/api/expressions';
import type { ContactItem, Expression, TagRef } from '@/api/types';

export const now = Date.now();
const DAY = 86_400_000;

let seed = 20261124;
/** A small generator (mulberry32 by another constant), so that every run shows the same people. */
export function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let value = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
  return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
}
export const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const first = [
  'Anna',
  'João',
  'Sam',
  'Rosa',
  'Kofi',
  'Elif',
  'Daniel',
  'Ines',
  'Grace',
  'Lena',
  'Yusuf',
  'Priya',
  'Mateus',
  'Nadia',
  'Tomás',
];
const last = [
  'Petrova',
  'Oliveira',
  'Dube',
  'Thiel',
  'Lartey',
  'Kaya',
  'Weiss',
  'Barros',
  'Mwangi',
  'Hoffmann',
  'Demir',
  'Nair',
  'Lima',
  'Farouk',
  'Ruiz',
];
const chinese = [
  '陈思远',
  '林小雨',
  '周明',
  '何静',
  '孙浩',
  '赵雨桐',
  '王芳',
  '李雷',
  '张伟',
  '刘洋',
];

export const tags: TagRef[] = [
  { id: 1, name: '兴趣-科技', color: '#6b98cd' },
  { id: 2, name: '兴趣-AI', color: '#7d83c9' },
  { id: 3, name: 'Coupon Claimed', color: '#4a9f74' },
  { id: 4, name: 'High intent', color: '#d2502c' },
  { id: 5, name: 'Follow up', color: '#b0557f' },
  { id: 6, name: '兴趣-历史', color: '#c1870f' },
];
export const stageNames = ['churned', 'customer', 'new', 'active', 'cooling'] as const;
export const sources = ['fb-summer', 'google-brand', 'tg-channel', 'tw-launch', ''] as const;

export interface Person extends ContactItem {
  source: string;
  presses: number;
  converted: boolean;
  writes: string;
}

function stageOf(person: Person): string {
  if (person.last_interaction_at === null) return 'new';
  const silent = now - person.last_interaction_at;
  if (silent > 30 * DAY) return 'churned';
  if (person.converted) return 'customer';
  return silent <= 7 * DAY ? 'active' : 'cooling';
}

function makePerson(id: number): Person {
  const zh = random() < 0.3;
  const given = pick(first);
  const name = zh ? pick(chinese) : `${given} ${pick(last)}`;
  const joined = now - Math.floor(random() ** 1.6 * 180 * DAY);
  const silent =
    random() < 0.08 ? null : Math.min(now - joined, Math.floor(random() ** 2.4 * 70 * DAY));
  const luck = random();
  const reason =
    luck < 0.048 ? 'blocked' : luck < 0.0512 ? 'opted_out' : luck < 0.0536 ? 'deactivated' : null;
  const person: Person = {
    id,
    bot_id: 1,
    telegram_id: 7_100_000_000 + id * 37,
    name,
    username:
      random() < 0.8
        ? `${zh ? 'user' : given.toLowerCase().normalize('NFD').replace(/\W/g, '')}_${id}`
        : null,
    language: zh ? 'zh' : pick(['en', 'en', 'pt', 'de', 'tr', 'es']),
    premium: random() < 0.1,
    tags: tags.filter((_, at) => random() < [0.28, 0.24, 0.18, 0.09, 0.04, 0.12][at]!),
    stage: { id: 0, name: '' },
    reachable: reason === null,
    unreachable_reason: reason,
    first_seen_at: joined,
    last_interaction_at: silent === null ? null : now - silent,
    source: pick(sources),
    presses: Math.floor(random() * 5),
    converted: random() < 0.14,
    writes: '',
  };
  const stage = stageOf(person);
  person.stage = { id: stageNames.indexOf(stage as (typeof stageNames)[number]) + 1, name: stage };
  return person;
}

export const people: Person[] = Array.from({ length: 5_000 }, (_, at) => makePerson(at + 1));
people[3]!.name = '<b>Bobby</b> <script>alert(1)</script>';
people[4]!.name = '\u202eקפטן עברית\u202c';
people[5]!.name = 'A very long name '.repeat(600);

const lengths: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY, w: 7 * DAY };
export const msOf = (span: string) => Number(span.slice(0, -1)) * (lengths[span.slice(-1)] ?? DAY);

const inMoment = (
  at: number | null,
  moment: {
    within?: string;
    older_than?: string;
    never?: boolean;
    before?: unknown;
    after?: unknown;
  },
) => {
  if (moment.never) return at === null;
  if (at === null) return false;
  if (moment.within) return now - at <= msOf(moment.within);
  if (moment.older_than) return now - at > msOf(moment.older_than);
  return moment.before !== undefined ? at < Number(moment.before) : at > Number(moment.after);
};
const spread = (id: number, salt: number) => ((id * 2654435761 + salt * 40503) >>> 0) % 1000;

export function matches(person: Person, expression: Expression): boolean {
  if ('all' in expression) return expression.all.every((part) => matches(person, part));
  if ('any' in expression) return expression.any.some((part) => matches(person, part));
  if ('not' in expression) return !matches(person, expression.not);
  if ('tag' in expression) {
    const { has, has_any, has_all } = expression.tag;
    const own = person.tags.map((tag) => tag.name);
    return has_all
      ? has_all.every((name) => own.includes(name))
      : (has_any ?? [has ?? '']).some((name) => own.includes(name));
  }
  if ('last_interaction' in expression)
    return inMoment(person.last_interaction_at, expression.last_interaction);
  if ('first_seen' in expression) return inMoment(person.first_seen_at, expression.first_seen);
  if ('event' in expression) return person.presses >= (expression.event.at_least ?? 1);
  if ('stage' in expression) return expression.stage.in.includes(person.stage?.name ?? '');
  if ('source' in expression) return sourceOf(expression.source)[1].includes(person.source);
  if ('profile' in expression)
    return (
      profileOf(expression.profile).field === 'language' &&
      profileOf(expression.profile).in.includes(person.language ?? '')
    );
  if ('reachable' in expression) return person.reachable === expression.reachable;
  if ('sample' in expression) return spread(person.id, 7) < expression.sample.percent * 10;
  if ('campaign' in expression) {
    const share =
      (
        {
          clicked: 220,
          sent: 880,
          replied: 48,
          held_out: 100,
          blocked: 15,
          tagged: 150,
          converted: 40,
          failed: 6,
          not_clicked: 660,
        } as Record<string, number>
      )[expression.campaign.outcome] ?? 100;
    return spread(person.id, expression.campaign.id) < share * 0.28;
  }
  return 'conversation' in expression
    ? person.id % 90 === 0
    : 'segment' in expression
      ? person.id % 3 === 0
      : false;
}
export const matching = (expression: Expression) =>
  people.filter((person) => matches(person, expression));
