import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';

/** What happened, and the way back where there is one. It stays while it is pointed at. */
export function toast(message: string, undo?: { label: string; run: () => void }) {
  const id = notifications.show({
    autoClose: 8_000,
    withBorder: false,
    message: (
      <span className="inline">
        <span>{message}</span>
        {undo && (
          <Button
            className="end"
            variant="subtle"
            onClick={() => {
              undo.run();
              notifications.hide(id);
            }}
          >
            {undo.label}
          </Button>
        )}
      </span>
    ),
  });
}
