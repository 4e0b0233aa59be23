/** Where the parts of a person's life stand on its bar. */
import type { ContactLife } from '@/api/types';

const YEAR_MS = 365 * 86_400_000;
/** What comes last is drawn so long, of the whole. */
const END_SHARE = 0.12;
/** Dates nearer to one another than this would touch: of the whole, and on a phone. */
const NEAR = 0.1;
const NEAR_PHONE = 0.24;

export interface LifePart {
  name: string;
  from: number;
  /** Shares of the whole bar. */
  left: number;
  width: number;
  /** Not yet, and only if nothing is heard. */
  coming: boolean;
}
export interface LifeMark {
  at: number;
  left: number;
  now: boolean;
  /** Left out on a phone. */
  close: boolean;
}

/** From the first stage, or a year ago, to a while after the last turn. */
function ends({ items, now }: ContactLife): [number, number] {
  const first = Math.max(items[0]?.from ?? now, now - YEAR_MS);
  const last = Math.max(items.at(-1)?.from ?? now, now);
  return [first, last + Math.max(1, (last - first) * END_SHARE)];
}

/** The stages as parts that fill the bar; the present one is cut at the present moment. */
export function lifeParts(life: ContactLife): LifePart[] {
  const [first, end] = ends(life);
  const share = (at: number) => (at - first) / (end - first);
  return life.items.flatMap(({ name, from }, index) => {
    const until = Math.min(life.items[index + 1]?.from ?? end, end);
    const part = (start: number, stop: number, coming: boolean): LifePart[] =>
      stop > start
        ? [{ name, from, left: share(start), width: share(stop) - share(start), coming }]
        : [];
    const start = Math.max(from, first);
    return [
      ...part(start, Math.min(until, life.now), false),
      ...part(Math.max(start, life.now), until, true),
    ];
  });
}

/** The present moment, then the beginning and the turns to come, as far as they do not touch. */
export function lifeMarks(life: ContactLife): LifeMark[] {
  const [first, end] = ends(life);
  const shown: LifeMark[] = [];
  const coming = life.items.map(({ from }) => from).filter((from) => from > life.now);
  for (const at of [life.now, first, ...coming]) {
    const left = (at - first) / (end - first);
    const near = (limit: number) =>
      shown.some((mark) => Math.abs(mark.left - left) < limit && (limit === NEAR || !mark.close));
    if (!near(NEAR)) shown.push({ at, left, now: at === life.now, close: near(NEAR_PHONE) });
  }
  return shown.sort((a, b) => a.left - b.left);
}

/** Since when somebody is in their present stage, and what comes if nothing is heard of them. */
export function presentOf({ items, now }: ContactLife) {
  const coming = items.filter(({ from }) => from > now);
  const present = items[items.length - coming.length - 1];
  return { present, coming };
}
