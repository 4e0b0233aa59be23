import type { Origin, Tag } from '@/api/types';
import { colorNames } from '@/ui/colors';

/** The next colour in turn for a new tag. */
export const freshColor = (count: number): string =>
  colorNames[count % colorNames.length] ?? 'gray';

const order: Origin['by'][] = ['flow', 'campaign', 'agent', 'link', 'import', 'api'];

/** Where a tag's applications come from, the most first; what never happened is left out. */
export function origins(tag: Pick<Tag, 'applied_by'>): [Origin['by'], number][] {
  return order
    .map((by): [Origin['by'], number] => [by, tag.applied_by[by] ?? 0])
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1]);
}
