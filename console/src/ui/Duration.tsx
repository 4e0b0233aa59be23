import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { AmountInput } from './AmountInput';

const unitKeys = ['m', 'h', 'd', 'w'] as const;

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
      max={3650}
      allowNegative={false}
      allowDecimal={false}
      aria-label={t('ui.amount_of', { label })}
      value={amount === 0 ? '' : amount}
      // An empty field is no duration: nothing is counted by the one before it.
      error={amount === 0 ? t('ui.amount_wrong') : undefined}
      onChange={(next) => onChange(`${typeof next === 'number' && next >= 1 ? next : 0}${unit}`)}
    >
      <Select
        size="xs"
        w={84}
        aria-label={t('ui.unit_of', { label })}
        allowDeselect={false}
        value={unit}
        data={units.map((key) => ({ value: key, label: t(`unit.${key}`, { count: amount }) }))}
        onChange={(next) => next && onChange(`${amount}${next}`)}
      />
    </AmountInput>
  );
}
