import './explain.css';
import { IconCheck, IconClock, IconMinus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { isExpression } from '@/api/expressions';
import type { Explanation, ExplainNode, Expression } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { useSentence } from './sentence';

/** The part of an expression that a place such as `/all/0/not` names. */
export function partAt(expression: unknown, path: string): Expression | null {
  let at: unknown = expression;
  for (const step of path.split('/').filter(Boolean)) {
    if (typeof at !== 'object' || at === null) return null;
    at = (at as Record<string, unknown>)[step];
  }
  return isExpression(at) ? at : null;
}

/** What is known of the person that decided a condition: its numbers and names, without its wire names. */
export function useFacts() {
  const { t } = useTranslation();
  const { dateTime, number } = useFormat();
  return (fact: Record<string, unknown> | null): string => {
    if (!fact) return '';
    const at = fact.last_interaction_at ?? fact.first_seen_at;
    if (typeof at === 'number') return t('explain.at', { at: dateTime(at) });
    if ('last_interaction_at' in fact) return t('explain.never');
    if (Array.isArray(fact.tags)) {
      const added = (fact.tags as { added_at: number | null }[]).flatMap((tag) =>
        tag.added_at === null ? [] : [tag.added_at],
      );
      return added.length > 0 ? t('explain.added', { at: dateTime(Math.max(...added)) }) : '';
    }
    if (typeof fact.count === 'number')
      return t('explain.count', { count: fact.count, number: number(fact.count) });
    if (typeof fact.value === 'string' || typeof fact.value === 'number')
      return t('explain.value', { value: String(fact.value) });
    return '';
  };
}

function Node({ node, expression }: { node: ExplainNode; expression: unknown }) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const factOf = useFacts();
  const part = partAt(expression, node.path);
  const fact = factOf(node.fact);
  const holding = node.children.filter((child) => child.matched).length;
  const label =
    node.children.length === 0
      ? part
        ? sentence(part)
        : t([`builder.form.${node.form}`, 'explain.other'], { form: node.form })
      : node.form === 'not'
        ? t('explain.not')
        : t(`explain.${node.form === 'any' ? 'any' : 'all'}`, {
            holding,
            count: node.children.length,
          });
  return (
    <li>
      {node.matched ? (
        <IconCheck className="good" size={16} stroke={1.8} aria-label={t('explain.holds')} />
      ) : (
        <IconMinus className="faint" size={16} stroke={1.8} aria-label={t('explain.fails')} />
      )}
      <div className={node.matched ? '' : 'muted'}>
        {label}
        {fact && <p className="small faint">{fact}</p>}
      </div>
      {node.children.length > 0 && (
        <ul>
          {node.children.map((child) => (
            <Node key={child.path} node={child} expression={expression} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** The soonest moment at which any part of the tree changes by itself. */
export function nextChange(node: ExplainNode): number | null {
  const times = [node.changes_at, ...node.children.map(nextChange)].filter((at) => at !== null);
  return times.length > 0 ? Math.min(...times) : null;
}

/** What the tree of `stage_explained` points into: the rules in their order. It is no expression itself. */
export const stageRules = (stages: { expression: Expression }[]) => ({
  kind: 'rules',
  stage: { rules: stages.map((stage) => stage.expression) },
});

/** Why someone is in or out, condition by condition, and when that changes by itself. */
export function ExplainTree({
  explanation,
  expression,
}: {
  explanation: Explanation;
  expression: unknown;
}) {
  const { t } = useTranslation();
  const { dateTime } = useFormat();
  const { tree } = explanation;
  const roots =
    (tree.form === 'all' || tree.form === 'stage') && tree.children.length > 0
      ? tree.children
      : [tree];
  const changes = tree.changes_at ?? nextChange(tree);
  return (
    <>
      <ul className="explain">
        {roots.map((node) => (
          <Node key={node.path} node={node} expression={expression} />
        ))}
      </ul>
      {changes !== null && (
        <p className="callout small">
          <IconClock size={14} stroke={1.5} aria-hidden="true" />
          <span>
            {t(explanation.matched ? 'explain.may_leave' : 'explain.may_enter', {
              at: dateTime(changes),
            })}
          </span>
        </p>
      )}
    </>
  );
}
