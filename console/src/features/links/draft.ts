/** What the form holds, and the address that it will make. */
import type { Bot, DiversionLink, Utm } from '@/api/types';

export const utmFields = ['source', 'medium', 'campaign', 'term', 'content'] as const;
export type UtmField = (typeof utmFields)[number];

export interface BotDraft {
  bot_id: number;
  /** Null while what stands in its field is no weight. */
  weight: number | null;
  flow_id: number | null;
}
export interface LinkDraft {
  name: string;
  code: string;
  channel: string;
  utm: Record<UtmField, string>;
  tags: string[];
  bots: BotDraft[];
}

const texts = (utm: Utm): Record<UtmField, string> => ({
  source: utm.source ?? '',
  medium: utm.medium ?? '',
  campaign: utm.campaign ?? '',
  term: utm.term ?? '',
  content: utm.content ?? '',
});

export function draftOf(link: DiversionLink | null, bot: Bot): LinkDraft {
  if (!link)
    return {
      name: '',
      code: '',
      channel: '',
      utm: texts({}),
      tags: [],
      bots: [{ bot_id: bot.id, weight: 1, flow_id: null }],
    };
  return {
    name: link.name,
    code: link.code,
    channel: link.channel,
    utm: texts(link.utm),
    tags: link.tags.map((tag) => tag.name),
    bots: link.bots.map((entry) => ({
      bot_id: entry.bot_id,
      weight: entry.weight,
      flow_id: entry.flow?.id ?? null,
    })),
  };
}

/** The body of the call; what is empty is left out. */
export function bodyOf(draft: LinkDraft, isNew: boolean) {
  const utm = Object.fromEntries(
    utmFields.map((field) => [field, draft.utm[field].trim()]).filter(([, value]) => value !== ''),
  );
  const code = draft.code.trim();
  return {
    name: draft.name.trim(),
    channel: draft.channel.trim(),
    utm,
    tags: draft.tags,
    // One bot alone has no field for its weight, and gets everyone by any.
    bots: draft.bots.map((entry) => ({ ...entry, weight: entry.weight ?? weights.min })),
    ...(isNew && code ? { code } : {}),
  };
}

/** The weights that the server takes. */
export const weights = { min: 1, max: 1_000 };

/** A weight that is wrong, where it counts: of several bots. */
export const isUnweighed = (bots: BotDraft[]) =>
  bots.length > 1 && bots.some((entry) => entry.weight === null);

/** How many of a hundred people a bot gets, as a fraction; none while a weight is wrong. */
export function shareOf(bots: BotDraft[], index: number): number | null {
  if (isUnweighed(bots)) return null;
  const total = bots.reduce((sum, entry) => sum + (entry.weight ?? 1), 0);
  return total > 0 ? (bots[index]?.weight ?? 1) / total : null;
}

/** A word for an address out of a name: "Facebook, Summer" becomes `facebook-summer`. Empty where no letter of it can stand there. */
export function codeFrom(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32);
}
