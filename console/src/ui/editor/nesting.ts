/** Entities as Telegram wants them: one inside the other, never crossing. */
import type { ForeignEntity } from '@/api/types';

/** Which of two entities over the same stretch is the outer one; the server's order. */
const ranks = [
  'blockquote',
  'expandable_blockquote',
  'pre',
  'code',
  'text_link',
  'date_time',
  'bold',
  'italic',
  'underline',
  'strikethrough',
  'spoiler',
  'custom_emoji',
];
const rank = (entity: ForeignEntity) => ranks.indexOf(entity.type);
/** Cut in two they would do something else: a link would be two links. */
const isWhole = (entity: ForeignEntity) =>
  !['bold', 'italic', 'underline', 'strikethrough', 'spoiler'].includes(entity.type);
const end = (entity: ForeignEntity) => entity.offset + entity.length;
const overlap = (one: ForeignEntity, other: ForeignEntity) =>
  one.offset < end(other) && other.offset < end(one);
const holds = (outer: ForeignEntity, inner: ForeignEntity) =>
  outer.offset <= inner.offset && end(inner) <= end(outer);

export const inOrder = <Kind extends ForeignEntity>(entities: Kind[]): Kind[] =>
  [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length || rank(a) - rank(b));

/** The parts of an entity between places inside it. */
function cut<Kind extends ForeignEntity>(entity: Kind, places: number[]): Kind[] {
  const borders = [entity.offset, ...[...new Set(places)].sort((a, b) => a - b), end(entity)];
  return borders.slice(1).map((to, index) => {
    const offset = borders[index] ?? entity.offset;
    return { ...entity, offset, length: to - offset };
  });
}

/** Cuts marks where they would cross another entity. Whole entities are never cut: the marks over them are. */
export function nested<Kind extends ForeignEntity>(entities: Kind[]): Kind[] {
  const whole = entities.filter(isWhole);
  const marks = entities
    .filter((entity) => !isWhole(entity))
    .flatMap((mark) => {
      const crossed = whole.filter(
        (other) => overlap(mark, other) && !holds(mark, other) && !holds(other, mark),
      );
      return cut(
        mark,
        crossed.map((other) => (other.offset > mark.offset ? other.offset : end(other))),
      );
    });
  let waiting = inOrder([...whole, ...marks]);
  let open: Kind[] = [];
  const done: Kind[] = [];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { offset } = next;
    open = open.filter((outer) => end(outer) > offset);
    const limit = Math.min(end(next), ...open.map(end));
    const [first = next, ...rest] = limit < end(next) ? cut(next, [limit]) : [next];
    if (rest.length > 0) waiting = inOrder([...rest, ...waiting]);
    open.push(first);
    done.push(first);
  }
  return inOrder(done);
}
