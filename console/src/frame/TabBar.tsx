import { Drawer } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/i18n/format';
import { useWorkspace } from '@/api/workspace';
import { useAppearance, useSignOut } from './appearance';
import { places, tabs } from './places';
import { useWaiting } from './Sidebar';

/** What is not among the tabs: the other places, and what the sidebar's foot has. */
function MorePlaces({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { session } = useWorkspace();
  const { toggleScheme, toggleLanguage } = useAppearance();
  const signOut = useSignOut();
  const acts = [
    { label: t('frame.other_language'), run: toggleLanguage },
    { label: t('frame.switch_theme'), run: toggleScheme },
    { label: t('frame.sign_out_name', { name: session.member.name }), run: signOut },
  ];
  return (
    <Drawer
      opened
      onClose={onClose}
      position="bottom"
      size="auto"
      title={t('frame.more')}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <ul className="more-places">
        {places
          .filter((place) => !tabs.includes(place.key))
          .map((place) => (
            <li key={place.key}>
              <Link to={place.to} onClick={onClose}>
                <place.icon size={18} stroke={1.5} aria-hidden="true" />
                {t(`place.${place.key}`)}
              </Link>
            </li>
          ))}
        {acts.map(({ label, run }) => (
          <li key={label}>
            <button type="button" onClick={run}>
              {label}
            </button>
          </li>
        ))}
      </ul>
    </Drawer>
  );
}

/** The phone's five tabs; the fifth opens the other places. */
export function TabBar() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const waiting = useWaiting();
  const [more, setMore] = useState(false);
  return (
    <>
      <nav className="tab-bar" aria-label={t('frame.main_places')}>
        {places
          .filter((place) => tabs.includes(place.key))
          .map((place) => (
            <Link
              key={place.key}
              to={place.to}
              activeOptions={{ exact: place.to === '/', includeSearch: false }}
            >
              <place.icon size={20} stroke={1.5} aria-hidden="true" />
              <span>{t(`place.${place.key}`)}</span>
              {place.key === 'inbox' && waiting.inbox > 0 && (
                <span className="badge">{number(waiting.inbox)}</span>
              )}
            </Link>
          ))}
        <button type="button" onClick={() => setMore(true)}>
          <IconDots size={20} stroke={1.5} aria-hidden="true" />
          <span>{t('frame.more')}</span>
        </button>
      </nav>
      {more && <MorePlaces onClose={() => setMore(false)} />}
    </>
  );
}
