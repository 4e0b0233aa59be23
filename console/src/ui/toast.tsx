import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle } from '@tabler/icons-react';
import i18next from 'i18next';
import type { ReactNode } from 'react';

const LASTS_MS = 8_000;

function show(message: ReactNode, { stays, className }: { stays: boolean; className: string }) {
  return notifications.show({
    autoClose: stays ? false : LASTS_MS,
    withBorder: false,
    className,
    closeButtonProps: { 'aria-label': i18next.t('ui.close') },
    message,
  });
}

/** What happened, and the way back where there is one. It stays while it is pointed at. */
export function toast(message: string, undo?: { label: string; run: () => void }) {
  const id = show(
    <span className="toast-line">
      <span>{message}</span>
      {undo && (
        <Button
          variant="subtle"
          onClick={() => {
            undo.run();
            notifications.hide(id);
          }}
        >
          {undo.label}
        </Button>
      )}
    </span>,
    { stays: false, className: 'toast' },
  );
}

/** What failed, and why, where no place of the page can say it. It stays until it was read and put away. */
export function toastFailure(what: string, why: string) {
  show(
    <span className="toast-line">
      <IconAlertTriangle size={16} stroke={1.5} aria-hidden="true" />
      <span>
        <b>{what}</b> {why}
      </span>
    </span>,
    { stays: true, className: 'toast failed' },
  );
}
