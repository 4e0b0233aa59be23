import { ActionIcon, type ActionIconProps, Button, type ButtonProps, Tooltip } from '@mantine/core';
import { type ComponentPropsWithoutRef, createElement, type ReactElement } from 'react';

interface Reasoned {
  /** Why it cannot be pressed yet; undefined when it can. */
  reason: string | undefined;
}
type Native<Props> = Omit<ComponentPropsWithoutRef<'button'>, keyof Props | 'disabled'>;
type Own<Props> = Reasoned & Omit<Props, 'disabled'> & Native<Props>;

/** What keeps a button from being pressed without taking it out of reach. */
function held(reason: string | undefined, loading: boolean | undefined) {
  if (reason === undefined && !loading) return {};
  return {
    'data-disabled': reason !== undefined || undefined,
    'aria-disabled': true,
    'aria-busy': loading || undefined,
    'aria-description': reason,
    onClick: (event: { preventDefault: () => void }) => event.preventDefault(),
  };
}

/** Mantine disables a button while it loads, and the browser takes the focus from one that is disabled. */
const reachable = (props: object) => createElement('button', { ...props, disabled: false });

/** The same tree with and without a reason: another one would be another button, and the focus lost. */
function WithReason({ reason, children }: Reasoned & { children: ReactElement }) {
  return (
    <Tooltip
      disabled={reason === undefined}
      label={reason}
      multiline
      maw={280}
      events={{ hover: true, focus: true, touch: true }}
    >
      {children}
    </Tooltip>
  );
}

/**
 * A button that says why it is grey: under the pointer, on focus, and to who listens. It stays reachable for that, and
 * while it loads. One that submits a form stays its submit button, so that Enter in a field presses it, and nothing is
 * sent either.
 */
export function ReasonedButton({ reason, ...button }: Own<ButtonProps>) {
  return (
    <WithReason reason={reason}>
      <Button {...button} {...held(reason, button.loading)} renderRoot={reachable} />
    </WithReason>
  );
}

/** The same for a button that is a sign alone. */
export function ReasonedIcon({ reason, ...icon }: Own<ActionIconProps>) {
  return (
    <WithReason reason={reason}>
      <ActionIcon {...icon} {...held(reason, icon.loading)} renderRoot={reachable} />
    </WithReason>
  );
}
