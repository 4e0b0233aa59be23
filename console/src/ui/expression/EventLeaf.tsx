import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { AmountInput } from '../AmountInput';
import { DurationInput } from '../Duration';
import { type LeafProps, noNumber, type Of, Pick } from './leaf';

/** How often an event can be asked for at most. */
const TIMES_MAX = 1_000_000;

const eventKinds: Of<'event'>['event']['kind'][] = [
  'interaction',
  'button',
  'command',
  'message',
  'click',
  'start',
  'link_visit',
  'conversion',
  'blocked',
];
/** Kinds of one sort only. */
const plainKinds = ['interaction', 'blocked'];

interface EventPartProps {
  event: Of<'event'>['event'];
  emit: (change: Partial<Of<'event'>['event']>) => void;
}

/** At least or at most so often. */
function TimesPick({ event, emit }: EventPartProps) {
  const { t } = useTranslation();
  const times = event.at_most !== undefined ? 'at_most' : 'at_least';
  return (
    <>
      <Pick
        label={t('builder.times')}
        width={92}
        value={times}
        onPick={(next) =>
          emit(
            next === 'at_most'
              ? { at_most: event.at_least ?? 1, at_least: undefined }
              : { at_least: event.at_most ?? 1, at_most: undefined },
          )
        }
        data={[
          { value: 'at_least', label: t('builder.at_least') },
          { value: 'at_most', label: t('builder.at_most') },
        ]}
      />
      <AmountInput
        w={56}
        min={times === 'at_least' ? 1 : 0}
        max={TIMES_MAX}
        aria-label={t('builder.times')}
        value={event[times] === null ? null : (event[times] ?? 1)}
        onAmount={(count) => emit({ [times]: count ?? noNumber })}
      />
      <span>{t('builder.times_word', { count: event[times] ?? 1 })}</span>
    </>
  );
}

/** Ever, or since when. */
function WindowPick({ event, emit }: EventPartProps) {
  const { t } = useTranslation();
  return (
    <>
      <Pick
        label={t('builder.window')}
        width={84}
        value={event.since || event.until ? 'since' : event.within ? 'within' : 'ever'}
        onPick={(next) =>
          emit({
            within: next === 'within' ? '30d' : undefined,
            since: next === 'since' ? new Date().toISOString().slice(0, 10) : undefined,
            until: undefined,
          })
        }
        data={[
          { value: 'ever', label: t('builder.ever') },
          { value: 'within', label: t('builder.moment.within') },
          { value: 'since', label: t('builder.moment.after') },
        ]}
      />
      {event.since && (
        <TextInput
          size="xs"
          type="date"
          aria-label={t('builder.date')}
          value={event.since}
          onChange={(change) =>
            change.currentTarget.value && emit({ since: change.currentTarget.value })
          }
        />
      )}
      {event.until && (
        <TextInput
          size="xs"
          type="date"
          label={t('builder.moment.before')}
          value={event.until}
          onChange={(change) => emit({ until: change.currentTarget.value || undefined })}
        />
      )}
      {event.within && (
        <DurationInput
          label={t('builder.window')}
          units={['d', 'w']}
          value={event.within}
          onChange={(within) => emit({ within })}
        />
      )}
    </>
  );
}

export function EventLeaf({ value, onChange }: LeafProps<Of<'event'>>) {
  const { t } = useTranslation();
  const { event } = value;
  const emit = (change: Partial<typeof event>) => {
    const next = { ...event, ...change };
    onChange({
      event: Object.fromEntries(
        Object.entries(next).filter(([, each]) => each !== undefined && each !== ''),
      ) as typeof event,
    });
  };
  return (
    <>
      <Pick
        label={t('builder.event_kind')}
        width={112}
        value={event.kind}
        onPick={(kind) => emit({ kind })}
        data={[...new Set([...eventKinds, event.kind])].map((kind) => ({
          value: kind,
          label: t([`builder.event.${kind}`, 'builder.event.other'], { kind }),
        }))}
      />
      {!plainKinds.includes(event.kind) && (
        <TextInput
          size="xs"
          w={120}
          aria-label={t('builder.event_object')}
          placeholder={t('builder.any_object')}
          value={event.object ?? ''}
          onChange={(change) => emit({ object: change.currentTarget.value })}
        />
      )}
      <TimesPick event={event} emit={emit} />
      <WindowPick event={event} emit={emit} />
    </>
  );
}
