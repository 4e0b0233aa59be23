/** The ordered rules of the stages as they are being edited; the server decides again. */
import type { Expression, Move, Stage, StageDraft, Stages } from '@/api/types';
import { colorNames } from '@/ui/colors';

/** A rule in the editor; `key` stays while it is moved and renamed. */
export interface Rule extends StageDraft {
  key: string;
}

export const rulesOf = (stages: Stages): Rule[] =>
  stages.items.map(({ id, name, color, expression }: Stage) => ({
    key: `stage ${id}`,
    id,
    name,
    color,
    expression,
  }));

export const draftOf = (rules: Rule[]): StageDraft[] =>
  rules.map(({ id, name, color, expression }) => ({
    ...(id === undefined ? {} : { id }),
    name: name.trim(),
    color,
    expression,
  }));

export const isChanged = (rules: Rule[], stages: Stages) =>
  JSON.stringify(draftOf(rules)) !== JSON.stringify(draftOf(rulesOf(stages)));

/** The last rule takes everyone who is left, so it neither moves nor goes. */
export function moved(rules: Rule[], key: string, by: 1 | -1): Rule[] {
  const at = rules.findIndex((rule) => rule.key === key);
  const to = at + by;
  if (at < 0 || at === rules.length - 1 || to < 0 || to >= rules.length - 1) return rules;
  const next = [...rules];
  const [rule] = next.splice(at, 1);
  if (rule) next.splice(to, 0, rule);
  return next;
}

export const withRule = (rules: Rule[], key: string, change: Partial<StageDraft>): Rule[] =>
  rules.map((rule) => (rule.key === key ? { ...rule, ...change } : rule));
export const withoutRule = (rules: Rule[], key: string): Rule[] =>
  rules.filter((rule, at) => rule.key !== key || at === rules.length - 1);

/** A colour that no stage has yet, while there is one; the server knows these names alone. */
export const freeColor = (rules: Rule[]): string =>
  colorNames.find((name) => !rules.some((rule) => rule.color === name)) ?? 'gray';

/** A new rule comes last of those that choose. */
export function withNew(rules: Rule[], name: string, color: string): Rule[] {
  const rule: Rule = {
    key: `new ${crypto.getRandomValues(new Uint32Array(1))[0] ?? 0}`,
    name,
    color,
    expression: { last_interaction: { within: '7d' } },
  };
  return [...rules.slice(0, -1), rule, ...rules.slice(-1)];
}

/** Whom a rule gets: those it matches and no rule before it does. */
export function peopleOf(rules: Rule[], name: string): Expression | null {
  const at = rules.findIndex((rule) => rule.name.trim() === name);
  const rule = rules[at];
  if (!rule) return null;
  return {
    all: [
      rule.expression,
      ...rules.slice(0, at).map((before): Expression => ({ not: before.expression })),
    ],
  };
}

/** Who would move from one stage to another: in the first by the saved rules, in the second by those in the editor. */
export function peopleMoving(rules: Rule[], move: Pick<Move, 'from' | 'to'>): Expression | null {
  const to = peopleOf(rules, move.to);
  return to && 'all' in to ? { all: [{ stage: { in: [move.from] } }, ...to.all] } : null;
}

/** Whether an expression asks for one of these stages, anywhere in it. */
export function asksForStage(expression: Expression, names: Set<string>): boolean {
  if ('all' in expression) return expression.all.some((part) => asksForStage(part, names));
  if ('any' in expression) return expression.any.some((part) => asksForStage(part, names));
  if ('not' in expression) return asksForStage(expression.not, names);
  return 'stage' in expression && expression.stage.in.some((name) => names.has(name));
}
