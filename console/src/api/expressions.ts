/** Small questions about expressions; their rules are the server's. */
import type { Expression } from './types';

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
export const unreachableOnly = (expression: Expression) => both(expression, { reachable: false });

/** The form's name, which is the object's only key. */
export function formOf(expression: Expression): string {
  return Object.keys(expression)[0] ?? 'all';
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

const forms = new Set([
  'all',
  'any',
  'not',
  'tag',
  'last_interaction',
  'first_seen',
  'event',
  'stage',
  'source',
  'profile',
  'attribute',
  'campaign',
  'segment',
  'reachable',
  'sample',
  'conversation',
]);

export function isExpression(value: unknown): value is Expression {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  const form = keys[0];
  if (keys.length !== 1 || form === undefined || !forms.has(form)) return false;
  const inner = (value as Record<string, unknown>)[form];
  if (form === 'all' || form === 'any') return Array.isArray(inner) && inner.every(isExpression);
  if (form === 'not') return isExpression(inner);
  return form === 'reachable'
    ? typeof inner === 'boolean'
    : typeof inner === 'object' && inner !== null;
}
