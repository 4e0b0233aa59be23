import type { Tag } from '@/api/types';
import { colorNames } from '@/ui/colors';

/** The next colour in turn for a new tag. */
export const freshColor = (count: number): string =>
  colorNames[count % colorNames.length] ?? 'gray';

type Applier = keyof Tag['applied_by'];
const order: Applier[] = ['flow', 'campaign', 'agent', 'link', 'import', 'api'];

/** Where a tag's applications come from, the most first; what never happened is left out. */
export function origins(tag: Pick<Tag, 'applied_by'>): [Applier, number][] {
  return order
    .map((by): [Applier, number] => [by, tag.applied_by[by]])
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1]);
}
