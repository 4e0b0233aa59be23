import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { shownKeys } from '@/ui/editor/shortcut';
import { places } from './places';

const everywhere: [string[], string][] = [
  [[shownKeys('Mod-k')], 'palette'],
  [['?'], 'help'],
  [['j'], 'next'],
  [['k'], 'previous'],
];
const inbox: [string[], string][] = [
  [['r'], 'reply'],
  [['t'], 'tag'],
  [['n'], 'note'],
  [['e'], 'close'],
  [['/'], 'search'],
];

/** Every shortcut, opened by `?`. */
export function ShortcutHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const rows = (list: [string[], string][]) =>
    list.map(([keys, name]) => (
      <div key={name} style={{ display: 'contents' }}>
        <dt>
          {keys.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </dt>
        <dd>{t(`keys.${name}`)}</dd>
      </div>
    ));
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('keys.title')}
      size={420}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <dl className="key-list">{rows(everywhere)}</dl>
      <h3 style={{ paddingTop: 12 }}>{t('keys.in_inbox')}</h3>
      <dl className="key-list">{rows(inbox)}</dl>
      <h3 style={{ paddingTop: 12 }}>{t('keys.go')}</h3>
      <dl className="key-list">
        {places.map((place) => (
          <div key={place.key} style={{ display: 'contents' }}>
            <dt>
              <kbd>g</kbd>
              <kbd>{place.letter}</kbd>
            </dt>
            <dd>{t(`place.${place.key}`)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
