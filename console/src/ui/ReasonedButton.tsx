import { ActionIcon, type ActionIconProps, Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { ComponentPropsWithoutRef, ReactElement } from 'react';

interface Reasoned {
  /** Why it cannot be pressed yet; undefined when it can. */
  reason: string | undefined;
}
type Native<Props> = Omit<ComponentPropsWithoutRef<'button'>, keyof Props>;

/** What makes a button grey without taking it out of reach. */
const greyed = (reason: string) => ({
  'data-disabled': true,
  'aria-disabled': true,
  'aria-description': reason,
  onClick: (event: { preventDefault: () => void }) => event.preventDefault(),
});

function WithReason({ reason, children }: { reason: string; children: ReactElement }) {
  return (
    <Tooltip label={reason} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
      {children}
    </Tooltip>
  );
}

/**
 * A button that says why it is grey: under the pointer, on focus, and to who listens. It stays reachable for that. One
 * that submits a form stays its submit button, so that Enter in a field presses it, and nothing is sent either.
 */
export function ReasonedButton({
  reason,
  ...button
}: Reasoned & ButtonProps & Native<ButtonProps>) {
  if (reason === undefined) return <Button {...button} />;
  return (
    <WithReason reason={reason}>
      <Button {...button} {...greyed(reason)} />
    </WithReason>
  );
}

/** The same for a button that is a sign alone. */
export function ReasonedIcon({
  reason,
  ...icon
}: Reasoned & ActionIconProps & Native<ActionIconProps>) {
  if (reason === undefined) return <ActionIcon {...icon} />;
  return (
    <WithReason reason={reason}>
      <ActionIcon {...icon} {...greyed(reason)} />
    </WithReason>
  );
}
