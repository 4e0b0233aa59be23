import { Modal, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import {
  IconFilter,
  IconPlus,
  IconSearch,
  IconSend,
  IconUser,
  type Icon,
} from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { campaignsQuery, contactSearchQuery, segmentsQuery } from '@/api/queries';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { holds } from '@/ui/fold';
import { places } from './places';

interface Choice {
  id: string;
  group: string;
  label: string;
  amount?: string;
  icon: Icon;
  go: () => void;
}

const MOST = 6;

type Fits = (name: string) => boolean;

function usePlaceChoices() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (fits: Fits): Choice[] =>
    places
      .map((place) => ({
        id: place.key,
        group: t('frame.group_places'),
        label: t(`place.${place.key}`),
        icon: place.icon,
        go: () => void navigate({ to: place.to }),
      }))
      .filter((choice) => fits(choice.label));
}

function usePeopleChoices(text: string): Choice[] {
  const { t } = useTranslation();
  const bot = useBot();
  const navigate = useNavigate();
  const [asked] = useDebouncedValue(text, 150);
  const people = useQuery(contactSearchQuery(bot.id, asked)).data;
  if (!text.trim()) return [];
  return (people?.items ?? []).slice(0, MOST).map((contact) => ({
    id: `p${contact.id}`,
    group: t('frame.group_people'),
    label: contact.name || t('ui.no_name'),
    amount: contact.username ? `@${contact.username}` : '',
    icon: IconUser,
    go: () => void navigate({ to: '/contacts/$contactId', params: { contactId: contact.id } }),
  }));
}

function useSegmentChoices() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bot = useBot();
  const navigate = useNavigate();
  const segments = useQuery(segmentsQuery(bot.id)).data?.items ?? [];
  return (fits: Fits): Choice[] =>
    segments
      .filter(({ name }) => fits(name))
      .slice(0, MOST)
      .map(({ id, name, count }) => ({
        id: `s${id}`,
        group: t('place.segments'),
        label: name,
        amount: number(count),
        icon: IconFilter,
        go: () => void navigate({ to: '/segments/$segmentId', params: { segmentId: id } }),
      }));
}

function useCampaignChoices() {
  const { t } = useTranslation();
  const bot = useBot();
  const navigate = useNavigate();
  const pages = useInfiniteQuery(campaignsQuery(bot.id)).data?.pages ?? [];
  return (fits: Fits): Choice[] =>
    pages
      .flatMap(({ items }) => items)
      .filter(({ name }) => fits(name))
      .slice(0, MOST)
      .map(({ id, name, status }) => ({
        id: `c${id}`,
        group: t('place.campaigns'),
        label: name,
        amount: t(`campaign_status.${status}`),
        icon: IconSend,
        go: () => void navigate({ to: '/campaigns/$campaignId', params: { campaignId: id } }),
      }));
}

/** What can be begun from here. */
function useNewChoices(): Choice[] {
  const { t } = useTranslation();
  const can = useCan();
  const navigate = useNavigate();
  if (!can('send_campaigns')) return [];
  const group = t('frame.group_new');
  return [
    {
      id: 'new-campaign',
      group,
      label: t('frame.new_campaign'),
      icon: IconPlus,
      go: () => void navigate({ to: '/campaigns/$campaignId', params: { campaignId: 'new' } }),
    },
    {
      id: 'new-segment',
      group,
      label: t('frame.new_segment'),
      icon: IconPlus,
      go: () => void navigate({ to: '/segments/$segmentId', params: { segmentId: 'new' } }),
    },
  ];
}

function useChoices(text: string): Choice[] {
  const fits = (name: string) => holds(name, text);
  const [placed, people] = [usePlaceChoices(), usePeopleChoices(text)];
  const [segments, campaigns, fresh] = [useSegmentChoices(), useCampaignChoices(), useNewChoices()];
  return [...placed(fits), ...people, ...segments(fits), ...campaigns(fits), ...fresh];
}

const idOf = (choice: Choice) => `palette-${choice.id}`;

function Found({
  choices,
  current,
  onPoint,
  onTake,
}: {
  choices: Choice[];
  current: number;
  onPoint: (index: number) => void;
  onTake: (choice: Choice) => void;
}) {
  const { t } = useTranslation();
  return (
    <div className="palette-list" id="palette-list" role="listbox" aria-label={t('frame.found')}>
      {choices.map((choice, index) => (
        <div key={choice.id} role="presentation">
          {choices[index - 1]?.group !== choice.group && <h3 aria-hidden="true">{choice.group}</h3>}
          <div
            id={idOf(choice)}
            role="option"
            aria-selected={index === current}
            onMouseMove={() => onPoint(index)}
            onClick={() => onTake(choice)}
          >
            <choice.icon size={16} stroke={1.5} aria-hidden="true" />
            <span className="cut">{choice.label}</span>
            {choice.amount && <span className="amount figure">{choice.amount}</span>}
          </div>
        </div>
      ))}
      {choices.length === 0 && (
        <p className="muted" style={{ padding: 12 }}>
          {t('frame.nothing_found')}
        </p>
      )}
    </div>
  );
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const choices = useChoices(text);
  const current = Math.min(at, choices.length - 1);
  const chosen = choices[current];
  const take = (choice: Choice) => {
    onClose();
    choice.go();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && chosen) take(chosen);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || choices.length === 0) return;
    event.preventDefault();
    const next = (current + step + choices.length) % choices.length;
    setAt(next);
    const into = choices[next];
    if (into) document.getElementById(idOf(into))?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <>
      <TextInput
        data-autofocus
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={chosen && idOf(chosen)}
        aria-label={t('frame.find')}
        placeholder={t('frame.find_hint')}
        leftSection={<IconSearch size={16} stroke={1.5} />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <Found choices={choices} current={current} onPoint={setAt} onTake={take} />
    </>
  );
}

/** Places, people, segments and campaigns by name; the last lines make something new. */
export function Palette({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal.Root opened={opened} onClose={onClose} size={520} yOffset="12vh" centered={false}>
      <Modal.Overlay />
      <Modal.Content aria-label={t('frame.find')}>
        <Modal.Body p={16}>
          <PaletteBody onClose={onClose} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
