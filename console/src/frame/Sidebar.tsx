import { ActionIcon, Menu } from '@mantine/core';
import {
  IconCheck,
  IconChevronDown,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSun,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { conversationCountsQuery, homeQuery } from '@/api/queries';
import { useWorkspace } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { shownKeys } from '@/ui/editor/shortcut';
import { isGoingOut } from '@/ui/CampaignState';
import { Avatar } from '@/ui/people';
import { places, type Place } from './places';
import { useAppearance, useSignOut } from './appearance';

export interface Waiting {
  inbox: number;
  contacts: number | undefined;
  campaigns: number;
}

/** The few figures beside the places: who waits, how many people, what is going out. */
export function useWaiting(): Waiting {
  const { bot } = useWorkspace();
  const counts = useQuery(conversationCountsQuery(bot.id)).data;
  const home = useQuery(homeQuery(bot.id, 7)).data;
  return {
    inbox: counts?.open ?? 0,
    contacts: home?.people,
    campaigns: home?.running.filter((campaign) => isGoingOut(campaign.status)).length ?? 0,
  };
}

function BotMenu() {
  const { t } = useTranslation();
  const { bot, session, setBot } = useWorkspace();
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target>
        <button
          type="button"
          className="bot-button"
          aria-label={t('frame.change_bot', { name: bot.name })}
        >
          <span className="mark" aria-hidden="true">
            <svg viewBox="0 0 16 16">
              <path d="M2.500 13V4l5.500 5 5.500-5v9" />
            </svg>
          </span>
          <span className="cut rail-hidden">{bot.name}</span>
          <IconChevronDown className="end rail-hidden" size={14} stroke={1.5} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {session.bots.map((each) => (
          <Menu.Item
            key={each.id}
            onClick={() => setBot(each.id)}
            rightSection={each.id === bot.id ? <IconCheck size={14} stroke={1.5} /> : null}
          >
            {each.name} <span className="faint">@{each.username}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function PlaceLink({ place, waiting }: { place: Place; waiting: Waiting }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const count =
    place.key === 'inbox'
      ? waiting.inbox
      : place.key === 'contacts'
        ? waiting.contacts
        : place.key === 'campaigns'
          ? waiting.campaigns
          : undefined;
  const live = place.key !== 'contacts' && Boolean(count);
  return (
    <li className={place.gap ? 'gap' : undefined}>
      <Link
        to={place.to}
        activeOptions={{ exact: place.to === '/', includeSearch: false }}
        className={live ? 'live' : undefined}
      >
        <place.icon size={16} stroke={1.5} aria-hidden="true" />
        <span className="rail-unseen">{t(`place.${place.key}`)}</span>
        {Boolean(count) && <span className="amount rail-hidden">{number(count ?? 0)}</span>}
      </Link>
    </li>
  );
}

export function Sidebar({ onFind }: { onFind: () => void }) {
  const { t } = useTranslation();
  const { session } = useWorkspace();
  const { scheme, toggleScheme, language, toggleLanguage } = useAppearance();
  const signOut = useSignOut();
  const waiting = useWaiting();
  const Sign = scheme === 'dark' ? IconSun : IconMoon;
  return (
    <nav className="sidebar" aria-label={t('frame.places')}>
      <BotMenu />
      <button type="button" className="find-button" onClick={onFind}>
        <IconSearch size={14} stroke={1.5} aria-hidden="true" />
        <span className="rail-unseen">{t('frame.find')}</span>
        <kbd className="rail-hidden" aria-hidden="true">
          {shownKeys('Mod-k')}
        </kbd>
      </button>
      <ul className="places">
        {places.map((place) => (
          <PlaceLink key={place.key} place={place} waiting={waiting} />
        ))}
      </ul>
      <div className="sidebar-foot">
        <Menu position="top-start" width={200}>
          <Menu.Target>
            <button
              type="button"
              className="me-button"
              aria-label={t('frame.account', { name: session.member.name })}
            >
              <Avatar name={session.member.name} />
              <span className="cut rail-hidden">{session.member.name}</span>
            </button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{session.member.email}</Menu.Label>
            <Menu.Item className="rail-only" onClick={toggleLanguage}>
              {t('frame.other_language')}
            </Menu.Item>
            <Menu.Item className="rail-only" onClick={toggleScheme}>
              {t('frame.switch_theme')}
            </Menu.Item>
            <Menu.Item leftSection={<IconLogout size={14} stroke={1.5} />} onClick={signOut}>
              {t('frame.sign_out')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <ActionIcon
          className="rail-hidden"
          onClick={toggleLanguage}
          aria-label={t('frame.other_language')}
          lang={language === 'zh' ? 'en' : 'zh-Hans'}
        >
          <span
            className="language-sign"
            aria-hidden="true"
            data-sign={language === 'zh' ? 'EN' : '中'}
          />
        </ActionIcon>
        <ActionIcon
          className="rail-hidden"
          onClick={toggleScheme}
          aria-label={t('frame.switch_theme')}
        >
          <Sign size={16} stroke={1.5} aria-hidden="true" />
        </ActionIcon>
      </div>
    </nav>
  );
}
