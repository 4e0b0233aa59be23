/** Small questions about expressions; their rules are the server's. */
import type { Expression, ExpressionForm } from './types';

export type SourceTest = Extract<Expression, { source: unknown }>['source'];
export type ProfileTest = Extract<Expression, { profile: unknown }>['profile'];
export type SourceField = keyof SourceTest;
export type ProfileField = Extract<ProfileTest, { field: unknown }>['field'];

export const everyone: Expression = { all: [] };

export const isEveryone = (expression: Expression) =>
  'all' in expression && expression.all.length === 0;

/** Both at once, without needless nesting. */
export function both(left: Expression, right: Expression): Expression {
  const parts = (expression: Expression) => ('all' in expression ? expression.all : [expression]);
  const all = [...parts(left), ...parts(right)];
  const only = all[0];
  return all.length === 1 && only ? only : { all };
}

export const reachableOnly = (expression: Expression) => both(expression, { reachable: true });
/** Why somebody may not be written to, as an expression asks. */
export const unreachableCauses = ['blocked', 'deactivated', 'no_chat', 'opted_out'] as const;
export const unreachableOnly = (expression: Expression) => both(expression, { reachable: false });

/** The field that a test of the source is of, and the values that it takes. */
export function sourceOf(test: SourceTest): [SourceField, string[]] {
  const [field = 'link', held = ''] = (Object.entries(test)[0] ?? []) as [
    SourceField?,
    SourceTest[SourceField]?,
  ];
  return [field, typeof held === 'string' ? [held] : held.in];
}
/** The same of the profile; `{ premium: true }` is the short way to write it. */
export function profileOf(test: ProfileTest): { field: ProfileField; in: (string | boolean)[] } {
  return 'premium' in test ? { field: 'premium', in: [test.premium] } : test;
}

/** The form's name, which is the object's only key. */
export function formOf(expression: Expression): ExpressionForm {
  return (Object.keys(expression)[0] ?? 'all') as ExpressionForm;
}

/** Reads an expression from pasted text or an address; null when it is not shaped like one. */
export function parseExpression(text: string): Expression | null {
  try {
    const value: unknown = JSON.parse(text);
    return isExpression(value) ? value : null;
  } catch {
    return null;
  }
}

/** Each of the document's forms stands here, which the compiler sees to. */
const forms: Record<ExpressionForm, true> = {
  all: true,
  any: true,
  not: true,
  tag: true,
  last_interaction: true,
  first_seen: true,
  event: true,
  stage: true,
  source: true,
  profile: true,
  attribute: true,
  campaign: true,
  segment: true,
  reachable: true,
  unreachable: true,
  sample: true,
  conversation: true,
};

export function isExpression(value: unknown): value is Expression {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  const form = keys[0];
  if (keys.length !== 1 || form === undefined || !Object.hasOwn(forms, form)) return false;
  const inner = (value as Record<string, unknown>)[form];
  if (form === 'all' || form === 'any') return Array.isArray(inner) && inner.every(isExpression);
  if (form === 'not') return isExpression(inner);
  if (form === 'reachable') return typeof inner === 'boolean';
  if (form === 'unreachable') return unreachableCauses.some((cause) => cause === inner);
  return typeof inner === 'object' && inner !== null;
}
