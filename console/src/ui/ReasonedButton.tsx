import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { ComponentPropsWithoutRef } from 'react';

interface ReasonedButtonProps
  extends ButtonProps, Omit<ComponentPropsWithoutRef<'button'>, keyof ButtonProps> {
  /** Why it cannot be pressed yet; undefined when it can. */
  reason: string | undefined;
}

/**
 * A button that says why it is grey: under the pointer, on focus, and to who listens. It stays reachable for that. One
 * that submits a form stays its submit button, so that Enter in a field presses it, and nothing is sent either.
 */
export function ReasonedButton({ reason, ...button }: ReasonedButtonProps) {
  if (reason === undefined) return <Button {...button} />;
  return (
    <Tooltip label={reason} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
      <Button
        {...button}
        data-disabled
        aria-disabled="true"
        aria-description={reason}
        onClick={(event) => event.preventDefault()}
      />
    </Tooltip>
  );
}
