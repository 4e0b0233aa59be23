/** What the first page and a campaign's report count. */
import type {
  Campaign,
  CampaignOutcome,
  Home,
  Lift,
  PeopleCount,
  Report,
  UnreachableCause,
  UnreachableReason,
} from '@/api/types';
import { now, people, stageNames, tags } from './people';

type StageName = (typeof stageNames)[number];
import { campaigns, dayPeople } from './records';

export function home(days: number): Home {
  const cannot = (reason: UnreachableReason, unreachable: UnreachableCause): PeopleCount => ({
    count: people.filter((person) => person.unreachable_reason === reason).length,
    people: { unreachable },
  });
  const of = (name: string) => people.filter((person) => person.stage?.name === name).length;
  const move = (from: StageName, to: StageName, count: number) => ({
    from_id: stageNames.indexOf(from) + 1,
    from,
    to_id: stageNames.indexOf(to) + 1,
    to,
    count,
  });
  const moves = [
    move('active', 'cooling', 148),
    move('new', 'active', 131),
    move('cooling', 'active', 97),
    move('cooling', 'churned', 63),
    move('active', 'customer', 14),
  ];
  return {
    people: people.length,
    reachable: people.filter((person) => person.reachable).length,
    blocked: cannot('blocked', 'blocked'),
    opted_out: cannot('opted_out', 'opted_out'),
    deactivated: cannot('deactivated', 'deactivated'),
    no_chat: cannot('not_started', 'no_chat'),
    stages: stageNames.map((name, index) => {
      const sum = (side: 'from' | 'to') =>
        moves.filter((each) => each[side] === name).reduce((total, { count }) => total + count, 0);
      const came = sum('to') + (name === 'new' ? 162 : 0);
      return {
        id: index + 1,
        name,
        color: '',
        count: of(name),
        before: of(name) - came + sum('from'),
        in: came,
        out: sum('from'),
      };
    }),
    moves,
    joined: dayPeople(days, 31),
    active: dayPeople(days, 1846),
    blocked_by_day: dayPeople(days, 4),
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

export function report(campaign: Campaign): Report {
  const { sent } = campaign.counts;
  const figure = (share: number, outcome: CampaignOutcome) => ({
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
    number: 1,
    definitions: {
      open_rate: 'People who pressed a button or followed a link, of those accepted by Telegram.',
    },
  };
}
