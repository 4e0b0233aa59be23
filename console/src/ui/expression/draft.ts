/** The builder's view of an expression: always a list under `all`, with lines that may not be finished yet. */
import { profileOf, sourceOf } from '@/api/expressions';
import type { Expression, ExpressionForm } from '@/api/types';

export const toLines = (expression: Expression): Expression[] =>
  'all' in expression ? expression.all : [expression];
export const fromLines = (lines: Expression[]): Expression => ({ all: lines });

/** Whether a line says enough to be counted. */
export function isFinished(expression: Expression): boolean {
  if ('all' in expression) return expression.all.length > 0 && expression.all.every(isFinished);
  if ('any' in expression) return expression.any.length > 0 && expression.any.every(isFinished);
  if ('not' in expression) return isFinished(expression.not);
  if ('tag' in expression)
    return expression.tag.has !== undefined
      ? expression.tag.has !== ''
      : (expression.tag.has_all ?? expression.tag.has_any ?? []).length > 0;
  if ('stage' in expression) return expression.stage.in.length > 0;
  if ('profile' in expression) return profileOf(expression.profile).in.length > 0;
  if ('source' in expression) return sourceOf(expression.source)[1].every((value) => value !== '');
  if ('attribute' in expression)
    return (
      expression.attribute.key !== '' &&
      (expression.attribute.op === 'exists' || (expression.attribute.value ?? '') !== '')
    );
  if ('campaign' in expression) return expression.campaign.id > 0;
  if ('segment' in expression) return expression.segment.id > 0;
  return true;
}

/** Whether nothing can be counted so often: an emptied field, or none at least. */
const isNoCount = (count: number | null | undefined, kind: 'at_least' | 'at_most') =>
  count === null || (kind === 'at_least' && count === 0);
/** Whether it is no share of people: an emptied field, or beyond 0 and 100. */
const isNoShare = (percent: number | null) => percent === null || percent <= 0 || percent > 100;

const isNoSpan = (span: string | undefined) => span !== undefined && /^0+[smhdw]$/.test(span);

/** Whether some field of it is marked as wrong: then nobody can be counted by it, and it cannot be saved. */
export function isWrong(expression: Expression): boolean {
  if ('all' in expression) return expression.all.some(isWrong);
  if ('any' in expression) return expression.any.some(isWrong);
  if ('not' in expression) return isWrong(expression.not);
  if ('tag' in expression) return isNoSpan(expression.tag.added_within);
  if ('sample' in expression) return isNoShare(expression.sample.percent);
  if ('event' in expression) {
    const { at_least, at_most, within } = expression.event;
    return isNoSpan(within) || isNoCount(at_least, 'at_least') || isNoCount(at_most, 'at_most');
  }
  const moment =
    'last_interaction' in expression
      ? expression.last_interaction
      : 'first_seen' in expression
        ? expression.first_seen
        : {};
  return isNoSpan(moment.within) || isNoSpan(moment.older_than);
}

/** The same without what is unfinished, and with single groups unwrapped inside `not`. Null when nothing is left. */
export function pruned(expression: Expression): Expression | null {
  if ('all' in expression) {
    const all = expression.all.map(pruned).filter((part) => part !== null);
    return all.length === 0 ? null : { all };
  }
  if ('any' in expression) {
    const any = expression.any.map(pruned).filter((part) => part !== null);
    return any.length === 0 ? null : { any };
  }
  if ('not' in expression) {
    const inner = pruned(expression.not);
    if (inner === null) return null;
    const only = 'all' in inner && inner.all.length === 1 ? inner.all[0] : undefined;
    return { not: only ?? inner };
  }
  return isFinished(expression) ? expression : null;
}

/** The whole draft as it would be counted and saved. */
export const countable = (lines: Expression[]): Expression =>
  pruned(fromLines(lines)) ?? { all: [] };

/** A form that holds no others. */
export type LeafForm = Exclude<ExpressionForm, 'all' | 'any' | 'not'>;

/** Conditions as one looks for them: what is known of people, what they did, what was sent to them. */
export const conditionGroups: { name: 'who' | 'did' | 'sent'; forms: LeafForm[] }[] = [
  {
    name: 'who',
    forms: ['tag', 'stage', 'source', 'attribute', 'profile', 'segment', 'first_seen'],
  },
  { name: 'did', forms: ['last_interaction', 'event', 'conversation'] },
  { name: 'sent', forms: ['campaign', 'reachable', 'unreachable', 'sample'] },
];
export const leafForms: LeafForm[] = conditionGroups.flatMap((group) => group.forms);

/** Behaviour by name, as every bot has them for segments; a line that was put in is adjusted like any other. */
export const presets = {
  active: { last_interaction: { within: '7d' } },
  dormant: { last_interaction: { older_than: '30d' } },
} satisfies Record<string, Expression>;

/** What a new line of a form starts with. */
export function blank(form: LeafForm): Expression {
  switch (form) {
    case 'tag':
      return { tag: { has_any: [] } };
    case 'last_interaction':
      return { last_interaction: { within: '7d' } };
    case 'first_seen':
      return { first_seen: { within: '30d' } };
    case 'event':
      return { event: { kind: 'button', at_least: 1, within: '30d' } };
    case 'stage':
      return { stage: { in: [] } };
    case 'source':
      return { source: { link: '' } };
    case 'profile':
      return { profile: { field: 'language', in: [] } };
    case 'attribute':
      return { attribute: { key: '', op: 'eq', value: '' } };
    case 'campaign':
      return { campaign: { id: 0, outcome: 'clicked' } };
    case 'segment':
      return { segment: { id: 0 } };
    case 'reachable':
      return { reachable: true };
    case 'unreachable':
      return { unreachable: 'opted_out' };
    case 'sample':
      return { sample: { percent: 10, salt: 'a' } };
    case 'conversation':
      return { conversation: { status: 'open' } };
  }
}
