import { SegmentedControl } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useComputedColorScheme } from '@mantine/core';

/** A phone with the bot's chat open, light or dark whatever the console is. */
export function Phone({
  name,
  note,
  children,
}: {
  name: string;
  note: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme('light');
  const [chosen, setChosen] = useState<'light' | 'dark' | null>(null);
  const shown = chosen ?? scheme;
  return (
    <div className="tg-phone-stand">
      <div className="tg-phone-head">
        <span className="muted small">{note}</span>
        <SegmentedControl
          size="xs"
          aria-label={t('ui.phone_theme')}
          value={shown}
          onChange={(value) => setChosen(value === 'dark' ? 'dark' : 'light')}
          data={[
            { value: 'light', label: t('ui.light') },
            { value: 'dark', label: t('ui.dark') },
          ]}
        />
      </div>
      <div className="tg-phone" data-tg={shown}>
        <div className="tg-screen">
          <div className="tg-bar">
            <span className="tg-face" aria-hidden="true">
              {[...name][0] ?? ''}
            </span>
            <span>
              <b>{name}</b>
              <small>{t('ui.bot')}</small>
            </span>
          </div>
          <div className="tg-chat">{children}</div>
        </div>
      </div>
    </div>
  );
}
