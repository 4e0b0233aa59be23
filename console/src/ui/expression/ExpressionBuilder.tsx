import './builder.css';
import { ActionIcon, Button, Menu } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formOf } from '@/api/expressions';
import { previewQuery } from '@/api/queries';
import type { Expression } from '@/api/types';
import { useBot } from '@/api/workspace';
import { Meter } from '../bars';
import { Count } from '../Count';
import { AddCondition } from './AddCondition';
import { countable, fromLines, isFinished, pruned, toLines } from './draft';
import { LeafEditor } from './LeafEditor';
import { type Names, useNames } from './names';

/** Nesting that a person still reads; the server allows more, and shows it. */
const DEPTH_MAX = 4;
const COUNT_DELAY_MS = 250;

function useCountOf(expression: Expression | null) {
  const bot = useBot();
  const [asked] = useDebouncedValue(expression, COUNT_DELAY_MS);
  const preview = useQuery({
    ...previewQuery(bot.id, asked ?? { all: [] }),
    enabled: asked !== null,
  });
  return {
    count: preview.data?.count,
    stale: preview.isFetching || JSON.stringify(asked) !== JSON.stringify(expression),
  };
}

/** Who is left after this line, or how many match it alone. */
function LineCount({
  expression,
  total,
  alone,
}: {
  expression: Expression | null;
  total: number | undefined;
  alone: boolean;
}) {
  const { t } = useTranslation();
  const { count, stale } = useCountOf(expression);
  if (expression === null)
    return <span className="builder-count faint small">{t('builder.unfinished')}</span>;
  if (count === undefined) return <span className="builder-count" />;
  return (
    <span className="builder-count">
      {!alone && (
        <span className="builder-meter wide-only">
          <Meter value={count} of={total ?? count} fill="var(--text-2)" />
        </span>
      )}
      <span className="num">
        <Count value={count} people={expression} stale={stale} />
      </span>
      {alone && <span className="faint small wide-only">{t('builder.alone')}</span>}
    </span>
  );
}

interface LineProps {
  value: Expression;
  joint: string;
  names: Names;
  depth: number;
  /** Was added this moment: its first field is where one types on. */
  fresh: boolean;
  onChange: (next: Expression) => void;
  onRemove: () => void;
  counting: { expression: Expression | null; total: number | undefined; alone: boolean };
}

function RemoveButton({ onRemove }: { onRemove: () => void }) {
  const { t } = useTranslation();
  return (
    <ActionIcon className="builder-remove" onClick={onRemove} aria-label={t('builder.remove')}>
      <IconX size={14} stroke={1.5} aria-hidden="true" />
    </ActionIcon>
  );
}

/** A group's own kind and lines, whichever of the three it is. */
function groupOf(value: Expression): { kind: 'all' | 'any' | 'not'; lines: Expression[] } | null {
  if ('all' in value) return { kind: 'all', lines: value.all };
  if ('any' in value) return { kind: 'any', lines: value.any };
  if ('not' in value) return { kind: 'not', lines: toLines(value.not) };
  return null;
}
const makeGroup = (kind: string, lines: Expression[]): Expression =>
  kind === 'any' ? { any: lines } : kind === 'not' ? { not: { all: lines } } : { all: lines };

/** Takes the focus to the first field of what was added. */
function useFocusWhenFresh(fresh: boolean) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (fresh) box.current?.querySelector<HTMLElement>('input, select, button')?.focus();
  }, [fresh]);
  return box;
}

function LeafLine({ value, joint, names, fresh, onChange, onRemove, counting }: LineProps) {
  const { t } = useTranslation();
  const box = useFocusWhenFresh(fresh);
  const lead = t(`builder.lead.${formOf(value)}`);
  return (
    <div className="builder-line" data-unfinished={!isFinished(value) || undefined}>
      <span className="builder-joint faint">{joint}</span>
      <div ref={box} className="builder-say">
        {lead && <span className="builder-form">{lead}</span>}
        <LeafEditor value={value} names={names} onChange={onChange} />
      </div>
      <LineCount {...counting} />
      <RemoveButton onRemove={onRemove} />
    </div>
  );
}

function Line(props: LineProps) {
  const { value, joint, names, depth, fresh, onChange, onRemove, counting } = props;
  const { t } = useTranslation();
  const group = groupOf(value);
  const box = useFocusWhenFresh(fresh && group !== null);
  if (!group) return <LeafLine {...props} />;
  return (
    <div
      className={`builder-group ${group.kind}`}
      role="group"
      aria-label={t(`builder.group.${group.kind}`)}
    >
      <div className="builder-line">
        <span className="builder-joint faint">{joint}</span>
        <div className="builder-say">
          <select
            className="builder-kind"
            aria-label={t('builder.group_kind')}
            value={group.kind}
            onChange={(event) => onChange(makeGroup(event.currentTarget.value, group.lines))}
          >
            {(['all', 'any', 'not'] as const).map((kind) => (
              <option key={kind} value={kind}>
                {t(`builder.group.${kind}`)}
              </option>
            ))}
          </select>
        </div>
        <LineCount {...counting} />
        <RemoveButton onRemove={onRemove} />
      </div>
      <div ref={box} className="builder-inner">
        <Lines
          kind={group.kind === 'any' ? 'any' : 'all'}
          lines={group.lines}
          names={names}
          depth={depth + 1}
          onChange={(lines) => onChange(makeGroup(group.kind, lines))}
        />
      </div>
    </div>
  );
}

interface LinesProps {
  kind: 'all' | 'any';
  lines: Expression[];
  names: Names;
  depth: number;
  total?: number | undefined;
  onChange: (lines: Expression[]) => void;
}

function Lines({ kind, lines, names, depth, total, onChange }: LinesProps) {
  const { t } = useTranslation();
  const [added, setAdded] = useState<number | null>(null);
  const add = (line: Expression) => {
    setAdded(lines.length);
    onChange([...lines, line]);
  };
  const jointOf = (index: number) =>
    kind === 'any'
      ? t(index === 0 ? 'builder.either' : 'builder.or')
      : index === 0
        ? ''
        : t('builder.and');
  const countingOf = (index: number) => {
    const line = lines[index];
    const finished = line ? pruned(line) : null;
    if (depth > 0) return { expression: finished, total: undefined, alone: true };
    return {
      expression: finished === null ? null : countable(lines.slice(0, index + 1)),
      total,
      alone: false,
    };
  };
  return (
    <>
      {lines.map((line, index) => (
        <Line
          key={index}
          value={line}
          joint={jointOf(index)}
          names={names}
          depth={depth}
          fresh={index === added}
          counting={countingOf(index)}
          onChange={(next) => onChange(lines.map((each, at) => (at === index ? next : each)))}
          onRemove={() => {
            setAdded(null);
            onChange(lines.filter((_, at) => at !== index));
          }}
        />
      ))}
      <div className="builder-add">
        <AddCondition nested={depth > 0} onAdd={add} />
        {depth < DEPTH_MAX && (
          <Menu position="bottom-start">
            <Menu.Target>
              {depth > 0 ? (
                <button type="button" className="text-link small">
                  {t('builder.add_group')}
                </button>
              ) : (
                <Button variant="subtle">{t('builder.add_group')}</Button>
              )}
            </Menu.Target>
            <Menu.Dropdown>
              {(['all', 'any', 'not'] as const).map((each) => (
                <Menu.Item key={each} onClick={() => add(makeGroup(each, []))}>
                  {t(`builder.group.${each}`)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
    </>
  );
}

/** Nested all, any, not, as sentences; each line says who is left after it. */
export function ExpressionBuilder({
  value,
  onChange,
  total,
  start,
}: {
  value: Expression;
  onChange: (next: Expression) => void;
  total?: number | undefined;
  start?: string;
}) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <div className="builder">
      <div className="builder-line">
        <span className="builder-whole muted">{start ?? t('builder.start')}</span>
        <LineCount expression={{ all: [] }} total={total} alone={false} />
        <span className="builder-remove" />
      </div>
      <Lines
        kind="all"
        lines={toLines(value)}
        names={names}
        depth={0}
        total={total}
        onChange={(lines) => onChange(fromLines(lines))}
      />
    </div>
  );
}
