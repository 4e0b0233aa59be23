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
import { type KeyboardEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { campaignsQuery, contactSearchQuery, segmentsQuery } from '@/api/queries';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { fold } from '@/ui/fold';
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

function useChoices(text: string): Choice[] {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bot = useBot();
  const can = useCan();
  const navigate = useNavigate();
  const [asked] = useDebouncedValue(text, 150);
  const people = useQuery(contactSearchQuery(bot.id, asked)).data;
  const segments = useQuery(segmentsQuery(bot.id)).data;
  const campaigns = useInfiniteQuery(campaignsQuery(bot.id)).data;
  return useMemo(() => {
    const wanted = fold(text.trim());
    const fits = (name: string) => fold(name).includes(wanted);
    const choices: Choice[] = places
      .map((place) => ({
        id: place.key,
        group: t('frame.group_places'),
        label: t(`place.${place.key}`),
        icon: place.icon,
        go: () => void navigate({ to: place.to }),
      }))
      .filter((choice) => fits(choice.label));
    if (wanted) {
      for (const contact of people?.items.slice(0, MOST) ?? []) {
        choices.push({
          id: `p${contact.id}`,
          group: t('frame.group_people'),
          label: contact.name || t('ui.no_name'),
          amount: contact.username ? `@${contact.username}` : '',
          icon: IconUser,
          go: () =>
            void navigate({ to: '/contacts/$contactId', params: { contactId: contact.id } }),
        });
      }
    }
    for (const segment of segments?.items.filter((each) => fits(each.name)).slice(0, MOST) ?? []) {
      choices.push({
        id: `s${segment.id}`,
        group: t('place.segments'),
        label: segment.name,
        amount: number(segment.count),
        icon: IconFilter,
        go: () => void navigate({ to: '/segments/$segmentId', params: { segmentId: segment.id } }),
      });
    }
    for (const campaign of campaigns?.pages
      .flatMap((page) => page.items)
      .filter((each) => fits(each.name))
      .slice(0, MOST) ?? []) {
      choices.push({
        id: `c${campaign.id}`,
        group: t('place.campaigns'),
        label: campaign.name,
        amount: t(`campaign_status.${campaign.status}`),
        icon: IconSend,
        go: () =>
          void navigate({ to: '/campaigns/$campaignId', params: { campaignId: campaign.id } }),
      });
    }
    if (can('send_campaigns')) {
      choices.push({
        id: 'new-campaign',
        group: t('frame.group_new'),
        label: t('frame.new_campaign'),
        icon: IconPlus,
        go: () => void navigate({ to: '/campaigns/$campaignId', params: { campaignId: 'new' } }),
      });
      choices.push({
        id: 'new-segment',
        group: t('frame.group_new'),
        label: t('frame.new_segment'),
        icon: IconPlus,
        go: () => void navigate({ to: '/segments/$segmentId', params: { segmentId: 'new' } }),
      });
    }
    return choices;
  }, [text, people, segments, campaigns, t, number, navigate, can]);
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const choices = useChoices(text);
  const current = Math.min(at, choices.length - 1);
  const take = (choice: Choice | undefined) => {
    if (!choice) return;
    onClose();
    choice.go();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt((current + step + choices.length) % choices.length);
      document
        .getElementById(
          `palette-${choices[(current + step + choices.length) % choices.length]?.id}`,
        )
        ?.scrollIntoView({ block: 'nearest' });
    }
    if (event.key === 'Enter') take(choices[current]);
  };
  return (
    <>
      <TextInput
        data-autofocus
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={choices[current] ? `palette-${choices[current].id}` : undefined}
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
      <div className="palette-list" id="palette-list" role="listbox" aria-label={t('frame.found')}>
        {choices.map((choice, index) => (
          <div key={choice.id} role="presentation">
            {choices[index - 1]?.group !== choice.group && (
              <h3 aria-hidden="true">{choice.group}</h3>
            )}
            <div
              id={`palette-${choice.id}`}
              role="option"
              aria-selected={index === current}
              onMouseMove={() => setAt(index)}
              onClick={() => take(choice)}
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
