import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { AmountInput } from './AmountInput';

const unitKeys = ['m', 'h', 'd', 'w'] as const;

const secondsIn: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
/** A hundred years: the longest that the server takes. */
const LONGEST_S = 36_525 * 86_400;
const mostOf = (unit: string) => Math.floor(LONGEST_S / (secondsIn[unit] ?? 1));

/** A duration of the wire ("7d") as a number and a unit. */
export function DurationInput({
  value,
  onChange,
  units = unitKeys,
  label,
}: {
  value: string;
  onChange: (value: string) => void;
  units?: readonly string[];
  label: string;
}) {
  const { t } = useTranslation();
  const match = /^(\d+)([smhdw])$/.exec(value);
  const amount = Number(match?.[1] ?? 7);
  const unit = match?.[2] ?? 'd';
  return (
    <AmountInput
      w={48}
      min={1}
      max={mostOf(unit)}
      aria-label={t('ui.amount_of', { label })}
      value={amount === 0 ? null : amount}
      // A wrong field is no duration: nothing is counted by the one before it.
      onAmount={(next) => onChange(`${next ?? 0}${unit}`)}
    >
      <Select
        size="xs"
        w={84}
        aria-label={t('ui.unit_of', { label })}
        allowDeselect={false}
        value={unit}
        data={units.map((key) => ({ value: key, label: t(`unit.${key}`, { count: amount }) }))}
        onChange={(next) => next && onChange(`${amount > mostOf(next) ? 0 : amount}${next}`)}
      />
    </AmountInput>
  );
}
