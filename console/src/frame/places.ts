import {
  IconAddressBook,
  IconAdjustmentsHorizontal,
  IconChartBar,
  IconFilter,
  IconGitBranch,
  IconHome,
  IconInbox,
  IconLink,
  IconSend,
  IconStairsUp,
  IconTag,
  IconTemplate,
  type Icon,
} from '@tabler/icons-react';

export interface Place {
  key:
    | 'home'
    | 'inbox'
    | 'contacts'
    | 'segments'
    | 'stages'
    | 'tags'
    | 'links'
    | 'campaigns'
    | 'templates'
    | 'flows'
    | 'reports'
    | 'settings';
  to:
    | '/'
    | '/inbox'
    | '/contacts'
    | '/segments'
    | '/stages'
    | '/tags'
    | '/links'
    | '/campaigns'
    | '/templates'
    | '/flows'
    | '/reports'
    | '/settings';
  /** After `g`: a letter of its English name, the first where it is free. */
  letter: string;
  icon: Icon;
  /** Begins a new group in the sidebar. */
  gap?: boolean;
}

export const places: Place[] = [
  { key: 'home', to: '/', letter: 'h', icon: IconHome },
  { key: 'inbox', to: '/inbox', letter: 'i', icon: IconInbox },
  { key: 'contacts', to: '/contacts', letter: 'c', icon: IconAddressBook, gap: true },
  { key: 'segments', to: '/segments', letter: 's', icon: IconFilter },
  { key: 'stages', to: '/stages', letter: 'a', icon: IconStairsUp },
  { key: 'tags', to: '/tags', letter: 't', icon: IconTag },
  { key: 'campaigns', to: '/campaigns', letter: 'p', icon: IconSend, gap: true },
  { key: 'links', to: '/links', letter: 'l', icon: IconLink },
  { key: 'templates', to: '/templates', letter: 'm', icon: IconTemplate },
  { key: 'flows', to: '/flows', letter: 'f', icon: IconGitBranch },
  { key: 'reports', to: '/reports', letter: 'r', icon: IconChartBar },
  { key: 'settings', to: '/settings', letter: ',', icon: IconAdjustmentsHorizontal, gap: true },
];

/** The five tabs of a phone; what is not among them is under the last one. */
export const tabs: Place['key'][] = ['home', 'inbox', 'contacts', 'campaigns'];
