import type { Origin, Tag } from '@/api/types';

/** Quiet enough to stand beside one another; the first ones are told apart best. */
export const colors = ['#5c8cc6', '#4a9f74', '#c1870f', '#d2502c', '#8a6fc0', '#2f9aa0', '#b3589a', '#7d8a2e', '#8f8791'];

export const freshColor = (count: number) => colors[count % colors.length] ?? '#8f8791';

const order: Origin['by'][] = ['flow', 'campaign', 'agent', 'link', 'import', 'api'];

/** Where a tag's applications come from, the most first; what never happened is left out. */
export function origins(tag: Pick<Tag, 'applied_by'>): [Origin['by'], number][] {
  return order.map((by): [Origin['by'], number] => [by, tag.applied_by[by] ?? 0]).filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
}
