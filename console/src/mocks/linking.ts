/** Links with their funnels. */
import type { LinkItem } from '@/api/types';
import { on } from './on';
import { now } from './people';

const DAY = 86_400_000;

function link(id: number, code: string, channel: string, steps: number[], age: number): LinkItem {
  const [visits = 0, starts = 0, replied = 0, kept = 0, keptOf = 0] = steps;
  const came = { source: { link: code } };
  const people = (count: number, kind: 'interaction' | 'start') => ({
    count,
    people: { all: [came, { event: { kind } }] },
  });
  return {
    id,
    code,
    url: `http://localhost:8080/l/${code}`,
    name: code,
    channel,
    utm: { source: channel.toLowerCase(), medium: '', campaign: '', term: '', content: '' },
    tags: [],
    bots: [{ bot_id: 1, username: 'lantern__daily_bot', name: 'Lantern', weight: 1, flow: null }],
    archived_at: null,
    created_at: now - age * DAY,
    funnel: {
      visits,
      starts: people(starts, 'start'),
      replied: people(replied, 'interaction'),
      kept: people(kept, 'interaction'),
      kept_of: people(keptOf, 'start'),
    },
    again: people(3, 'start'),
    reused: 0,
    apart: { previewers: 4, crawlers: 1, head: 0 },
  };
}

export const links: LinkItem[] = [
  link(1, 'fb-summer', 'Facebook', [1204, 612, 431, 164, 430], 80),
  link(2, 'google-brand', 'Google', [488, 341, 297, 211, 297], 70),
  link(3, 'tw-launch', 'X', [310, 97, 61, 0, 0], 3),
];

export const linking = [on('get', '/links').answers(() => ({ items: links }))];
