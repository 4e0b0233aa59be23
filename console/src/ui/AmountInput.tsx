import './amount.css';
import { NumberInput, type NumberInputProps } from '@mantine/core';
import { type ReactNode, useId } from 'react';

interface AmountInputProps extends Omit<NumberInputProps, 'error'> {
  /** What is wrong with the amount, in words. */
  error: string | undefined;
  /** Stands behind the field, such as its unit. */
  children?: ReactNode;
}

/** A number in a field as narrow as the number; what is wrong with it stands whole beneath, whatever the width. */
export function AmountInput({ error, children, ...field }: AmountInputProps) {
  const id = useId();
  return (
    <span className="amount-input">
      <span className="amount-input-field">
        <NumberInput
          size="xs"
          hideControls
          {...field}
          error={error !== undefined}
          // The field's own description would be the error inside it, which is as narrow as the field.
          attributes={{ input: { 'aria-describedby': error === undefined ? undefined : id } }}
        />
        {children}
      </span>
      {error !== undefined && (
        <span className="field-error" id={id} role="alert">
          {error}
        </span>
      )}
    </span>
  );
}
