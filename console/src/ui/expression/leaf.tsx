/** What the controls of all conditions share. */
import { Select } from '@mantine/core';
import type { Expression } from '@/api/types';
import type { Names } from './names';

export interface LeafProps<T> {
  value: T;
  names: Names;
  onChange: (next: Expression) => void;
}
export type Of<K extends string> = Extract<Expression, Record<K, unknown>>;

/** On phones the text of a control is larger, so that the page does not zoom into it. */
const PHONE_WIDER = 1.25;

export function Pick<Name extends string>({
  label,
  value,
  data,
  onPick,
  width = 150,
}: {
  label: string;
  value: Name;
  data: { value: Name; label: string }[];
  onPick: (value: Name) => void;
  width?: number;
}) {
  return (
    <Select
      size="xs"
      w={{ base: Math.round(width * PHONE_WIDER), sm: width }}
      aria-label={label}
      allowDeselect={false}
      searchable={data.length > 8}
      value={value}
      data={data}
      onChange={(next) => next !== null && onPick(next as Name)}
      comboboxProps={{ width: 'max-content' }}
    />
  );
}

/** An empty field is no number: the server refuses it, so that nothing is counted by the one before it. */
export const noNumber = null as unknown as number;
