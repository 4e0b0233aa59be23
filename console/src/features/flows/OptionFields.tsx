import { Select, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Graph, MenuOption } from '@/api/types';
import { useStepTitle } from './StepCard';
import { TagPicker } from '@/ui/TagPicker';
import { ReasonedIcon } from '@/ui/ReasonedButton';

const NOWHERE = '';
const NEW = ' new';

export interface NextProps {
  graph: Graph;
  self: string;
  value: string | null;
  label: string;
  onChange: (next: string | null) => void;
  /** Makes a message step and leads there. */
  onNew: () => void;
}

/** Where a way out leads: an existing step, a new message, or nowhere. */
export function NextSelect({ graph, self, value, label, onChange, onNew }: NextProps) {
  const { t } = useTranslation();
  const title = useStepTitle();
  const steps = Object.entries(graph.nodes)
    .filter(([id, node]) => id !== self && node.type !== 'start')
    .map(([id, node]) => ({ value: id, label: title(id, node) }));
  return (
    <Select
      size="xs"
      aria-label={label}
      allowDeselect={false}
      searchable={steps.length > 8}
      value={value ?? NOWHERE}
      data={[
        { value: NOWHERE, label: t('flows.ends_here') },
        ...steps,
        { value: NEW, label: t('flows.new_message') },
      ]}
      onChange={(next) => (next === NEW ? onNew() : onChange(next === NOWHERE ? null : next))}
    />
  );
}

interface OptionProps {
  option: MenuOption;
  place: number;
  count: number;
  graph: Graph;
  self: string;
  tags: string[];
  fault: string | undefined;
  onChange: (change: Partial<MenuOption>) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
  onNew: () => void;
}

/** Puts an option elsewhere in its menu, or takes it out. */
function OptionTools({
  name,
  place,
  count,
  onMove,
  onRemove,
}: Pick<OptionProps, 'place' | 'count' | 'onMove' | 'onRemove'> & { name: string }) {
  const { t } = useTranslation();
  return (
    <>
      <ReasonedIcon
        aria-label={t('flows.option_up', { name })}
        reason={place === 0 ? t('ui.is_first') : undefined}
        onClick={() => onMove(-1)}
      >
        <IconArrowUp size={14} stroke={1.5} aria-hidden="true" />
      </ReasonedIcon>
      <ReasonedIcon
        aria-label={t('flows.option_down', { name })}
        reason={place === count - 1 ? t('ui.is_last') : undefined}
        onClick={() => onMove(1)}
      >
        <IconArrowDown size={14} stroke={1.5} aria-hidden="true" />
      </ReasonedIcon>
      <ReasonedIcon
        aria-label={t('flows.option_remove', { name })}
        reason={count === 1 ? t('flows.only_option') : undefined}
        onClick={onRemove}
      >
        <IconTrash size={14} stroke={1.5} aria-hidden="true" />
      </ReasonedIcon>
    </>
  );
}

/** The tags that an option gives, and those that it takes, which few do. */
function OptionTags({
  name,
  option,
  tags,
  onChange,
}: Pick<OptionProps, 'option' | 'tags' | 'onChange'> & { name: string }) {
  const { t } = useTranslation();
  const adds = option.add_tags ?? [];
  const removes = option.remove_tags ?? [];
  const [taking, setTaking] = useState(removes.length > 0);
  return (
    <>
      <TagPicker
        size="xs"
        aria-label={t('flows.adds_to', { name })}
        placeholder={adds.length === 0 ? t('flows.adds') : undefined}
        value={adds}
        known={tags}
        onChange={(add_tags) => onChange({ add_tags })}
      />
      {taking ? (
        <TagPicker
          mayCreate={false}
          size="xs"
          aria-label={t('flows.takes_from', { name })}
          placeholder={removes.length === 0 ? t('flows.takes') : undefined}
          value={removes}
          known={tags}
          onChange={(remove_tags) => onChange({ remove_tags })}
        />
      ) : (
        <button type="button" className="text-link small" onClick={() => setTaking(true)}>
          {t('flows.takes_add')}
        </button>
      )}
    </>
  );
}

/** One option of a menu: what the button says, the tags it gives and takes, and where it leads. */
export function OptionFields(props: OptionProps) {
  const { option, place, graph, self, fault, onChange, onNew } = props;
  const { t } = useTranslation();
  const name = option.text || t('flows.option_number', { number: place + 1 });
  return (
    <li className="flows-option-fields">
      <div className="inline">
        <TextInput
          size="xs"
          style={{ flex: 1 }}
          aria-label={t('flows.option_text', { number: place + 1 })}
          placeholder={t('flows.button')}
          value={option.text}
          maxLength={64}
          onChange={(event) => onChange({ text: event.currentTarget.value })}
          error={fault}
        />
        <OptionTools {...props} name={name} />
      </div>
      <OptionTags {...props} name={name} />
      <div className="inline">
        <span className="small faint" style={{ flex: 'none' }}>
          {t('flows.then_to')}
        </span>
        <div style={{ flex: 1 }}>
          <NextSelect
            graph={graph}
            self={self}
            value={option.next ?? null}
            label={t('flows.next_of', { name })}
            onChange={(next) => onChange({ next })}
            onNew={onNew}
          />
        </div>
      </div>
    </li>
  );
}
