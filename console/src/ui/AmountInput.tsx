import './amount.css';
import { NumberInput, type NumberInputProps } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/i18n/format';

interface Limits {
  min: number;
  max?: number | undefined;
  /** How many decimals it may have; none unless told. */
  decimals?: number | undefined;
}

interface AmountInputProps
  extends Limits, Omit<NumberInputProps, 'error' | 'value' | 'onChange' | 'min' | 'max'> {
  /** Null while what stands in the field is no amount within the limits. */
  value: number | null;
  onAmount: (amount: number | null) => void;
  /** An empty field stands for what its placeholder says. */
  mayBeEmpty?: boolean;
  /** What the server says of it, in words. */
  error?: string | undefined;
  /** Stands behind the field, such as its unit. */
  children?: ReactNode;
}

/** What stands in a field as an amount; null where it is none within the limits. */
function amountOf(typed: number | string, { min, max = Infinity, decimals = 0 }: Limits) {
  if (typeof typed !== 'number' || typed < min || typed > max) return null;
  return Number(typed.toFixed(decimals)) === typed ? typed : null;
}

function useLimitWords({ min, max, decimals = 0 }: Limits): string {
  const { t } = useTranslation();
  const { number } = useFormat();
  if (max === undefined) return t('ui.amount_min', { min: number(min) });
  if (decimals === 0) return t('ui.amount_range', { min: number(min), max: number(max) });
  return t('ui.amount_decimals', { min, max: number(max), count: decimals });
}

/**
 * A number in a field as narrow as the number. Nothing is corrected behind the writer's back: what is no amount within
 * the limits stays as it was typed, counts as none, and the limits stand whole beneath it, whatever the width.
 */
export function AmountInput(props: AmountInputProps) {
  const {
    value,
    onAmount,
    min,
    max,
    decimals,
    mayBeEmpty = false,
    error,
    children,
    ...field
  } = props;
  const id = useId();
  const limits = { min, max, decimals };
  const words = useLimitWords(limits);
  const [typed, setTyped] = useState<number | string>(value ?? '');
  // What is set from elsewhere takes the field over; what was typed here stays until then.
  const shown = amountOf(typed, limits) === value ? typed : (value ?? '');
  const isRight = amountOf(shown, limits) !== null || (mayBeEmpty && shown === '');
  const fault = error ?? (isRight ? undefined : words);
  return (
    <span className="amount-input">
      <span className="amount-input-field">
        <NumberInput
          size="xs"
          hideControls
          allowNegative={false}
          clampBehavior="none"
          {...field}
          value={shown}
          onChange={(next) => {
            setTyped(next);
            onAmount(amountOf(next, limits));
          }}
          error={fault !== undefined}
          // The field's own description would be the error inside it, which is as narrow as the field.
          attributes={{ input: { 'aria-describedby': fault === undefined ? undefined : id } }}
        />
        {children}
      </span>
      {fault !== undefined && (
        <span className="field-error" id={id} role="alert">
          {fault}
        </span>
      )}
    </span>
  );
}
