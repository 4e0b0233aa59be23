import { ActionIcon, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** Something to copy that is shown this once. */
export function Secret({ value, note }: { value: string; note: string }) {
  const { t } = useTranslation();
  return (
    <div className="settings-secret" role="status">
      <p className="small muted">{note}</p>
      <p className="settings-secret-line">
        <code>{value}</code>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <ActionIcon aria-label={t(copied ? 'settings.copied' : 'settings.copy')} onClick={copy}>
              {copied ? (
                <IconCheck size={14} stroke={1.8} aria-hidden="true" />
              ) : (
                <IconCopy size={14} stroke={1.5} aria-hidden="true" />
              )}
            </ActionIcon>
          )}
        </CopyButton>
      </p>
    </div>
  );
}
