import { ActionIcon, Menu, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import type { Expression, StageDraft } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { Meter } from '@/ui/bars';
import { Count } from '@/ui/Count';
import { DurationInput } from '@/ui/Duration';
import { countable, toLines } from '@/ui/expression/draft';
import { ExpressionBuilder } from '@/ui/expression/ExpressionBuilder';
import { ExpressionSentence } from '@/ui/expression/ExpressionSentence';
import { StageBadge, useStageColor } from '@/ui/StageBadge';
import { ReasonedIcon } from '@/ui/ReasonedButton';
import type { Rule } from './rules';

interface RowProps {
  rule: Rule;
  place: number;
  last: boolean;
  /** By the rules in the editor; undefined while it is counted. */
  count: number | undefined;
  left: number | undefined;
  total: number;
  people: Expression | undefined;
  stale: boolean;
  /** As it was saved; the rule is marked where it differs. */
  was: StageDraft | undefined;
  editable: boolean;
  onChange: (change: Partial<StageDraft>) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

/** A rule that is a single age is edited where it stands: the most common change is its day count. */
function Threshold({
  expression,
  was,
  onChange,
}: {
  expression: Extract<Expression, { last_interaction: unknown }>;
  was: Expression | undefined;
  onChange: (next: Expression) => void;
}) {
  const { t } = useTranslation();
  const { span } = useFormat();
  const { within, older_than } = expression.last_interaction;
  const side = within !== undefined ? 'within' : 'older_than';
  const before = was && 'last_interaction' in was ? was.last_interaction[side] : undefined;
  return (
    <span className="inline wrap stages-threshold">
      <Trans
        i18nKey={side === 'within' ? 'stages.within' : 'stages.older_than'}
        components={{
          duration: (
            <DurationInput
              label={t('stages.days')}
              value={within ?? older_than ?? '7d'}
              onChange={(next) => onChange({ last_interaction: { [side]: next } })}
            />
          ),
        }}
      />
      {before !== undefined && before !== (within ?? older_than) && (
        <span className="small faint">{t('stages.was', { span: span(before) })}</span>
      )}
    </span>
  );
}

function Says({
  rule,
  was,
  last,
  editable,
  open,
  onChange,
}: {
  rule: Rule;
  was: StageDraft | undefined;
  last: boolean;
  editable: boolean;
  open: boolean;
  onChange: (next: Expression) => void;
}) {
  const { t } = useTranslation();
  if (last) return <span className="muted">{t('stages.everyone_else')}</span>;
  const { expression } = rule;
  if (
    editable &&
    !open &&
    'last_interaction' in expression &&
    (expression.last_interaction.within ?? expression.last_interaction.older_than) !== undefined
  ) {
    return <Threshold expression={expression} was={was?.expression} onChange={onChange} />;
  }
  return (
    <span className="muted stages-rule-sentence">
      <ExpressionSentence expression={expression} />
    </span>
  );
}

function RuleName({
  rule,
  isNamed,
  onChange,
  onDone,
}: {
  rule: Rule;
  /** Whether it is being named. */
  isNamed: boolean;
  onChange: RowProps['onChange'];
  onDone: () => void;
}) {
  const { t } = useTranslation();
  if (!isNamed) return <StageBadge name={rule.name} />;
  return (
    <TextInput
      size="xs"
      autoFocus
      aria-label={t('stages.name')}
      placeholder={t('stages.name')}
      value={rule.name}
      maxLength={40}
      onChange={(event) => onChange({ name: event.currentTarget.value })}
      onBlur={onDone}
      onKeyDown={(event) => event.key === 'Enter' && onDone()}
    />
  );
}

interface RuleToolsProps extends Pick<RowProps, 'rule' | 'place' | 'last' | 'onMove' | 'onRemove'> {
  open: boolean;
  onOpen: (open: boolean) => void;
  onName: () => void;
}

/** Puts a rule elsewhere, names it, opens what it asks, or removes it; the last one catches all and stays. */
function RuleTools({ rule, place, last, open, onMove, onRemove, onOpen, onName }: RuleToolsProps) {
  const { t } = useTranslation();
  const stays = last ? t('stages.stays_last') : undefined;
  return (
    <span className="stages-rule-tools">
      <ReasonedIcon
        aria-label={t('stages.up', { name: rule.name })}
        reason={stays ?? (place === 1 ? t('ui.is_first') : undefined)}
        onClick={() => onMove(-1)}
      >
        <IconArrowUp size={14} stroke={1.5} aria-hidden="true" />
      </ReasonedIcon>
      <ReasonedIcon
        aria-label={t('stages.down', { name: rule.name })}
        reason={stays}
        onClick={() => onMove(1)}
      >
        <IconArrowDown size={14} stroke={1.5} aria-hidden="true" />
      </ReasonedIcon>
      <Menu position="bottom-end" width={180}>
        <Menu.Target>
          <ActionIcon aria-label={t('stages.more', { name: rule.name })}>
            <IconDots size={16} stroke={1.5} aria-hidden="true" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={onName}>{t('stages.rename')}</Menu.Item>
          {!last && (
            <Menu.Item onClick={() => onOpen(!open)}>
              {t(open ? 'stages.fold_rule' : 'stages.edit_rule')}
            </Menu.Item>
          )}
          {!last && (
            <Menu.Item color="var(--bad)" onClick={onRemove}>
              {t('stages.remove')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </span>
  );
}

/** How many a rule gets, and how many it leaves for those after it. */
function RuleFigures({
  rule,
  count,
  left,
  total,
  people,
  stale,
}: Pick<RowProps, 'rule' | 'count' | 'left' | 'total' | 'people' | 'stale'>) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const color = useStageColor();
  return (
    <>
      <span className="stages-rule-meter wide-only">
        <Meter value={count ?? 0} of={total} fill={color(rule.name)} />
      </span>
      <span className="num">
        {count === undefined ? (
          <span className="faint" aria-label={t('stages.not_counted')}>
            –
          </span>
        ) : (
          <Count value={count} people={people} stale={stale} />
        )}
      </span>
      <span className={`num figure wide-only ${stale ? 'faint' : 'muted'}`}>
        {left === undefined ? '' : number(left)}
      </span>
    </>
  );
}

function RuleBuilder({
  rule,
  onChange,
  onClose,
}: Pick<RowProps, 'rule' | 'onChange'> & { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="stages-rule-builder">
      <ExpressionBuilder
        value={rule.expression}
        start={t('stages.builder_start')}
        onChange={(next) => onChange({ expression: countable(toLines(next)) })}
      />
      <button type="button" className="text-link small" onClick={onClose}>
        {t('stages.fold_rule')}
      </button>
    </div>
  );
}

const isChanged = ({ rule, was }: Pick<RowProps, 'rule' | 'was'>) =>
  !was ||
  was.name !== rule.name.trim() ||
  JSON.stringify(was.expression) !== JSON.stringify(rule.expression);

/** One rule: its place, what it says, how many it gets and how many it leaves. */
export function RuleRow(props: RowProps) {
  const { rule, place, last, was, editable, onChange } = props;
  const { number } = useFormat();
  const [naming, setNaming] = useState(false);
  const [open, setOpen] = useState(false);
  return (
    <li className={isChanged(props) ? 'stages-rule changed' : 'stages-rule'} data-list-row>
      <div className="stages-rule-line">
        <span className="faint figure">{number(place)}</span>
        <span className="stages-rule-name">
          <RuleName
            rule={rule}
            isNamed={naming || (editable && rule.name === '')}
            onChange={onChange}
            onDone={() => setNaming(false)}
          />
        </span>
        <span className="stages-rule-says">
          <Says
            rule={rule}
            was={was}
            last={last}
            editable={editable}
            open={open}
            onChange={(expression) => onChange({ expression })}
          />
        </span>
        <RuleFigures {...props} />
        {editable && (
          <RuleTools {...props} open={open} onOpen={setOpen} onName={() => setNaming(true)} />
        )}
      </div>
      {open && !last && (
        <RuleBuilder rule={rule} onChange={onChange} onClose={() => setOpen(false)} />
      )}
    </li>
  );
}
