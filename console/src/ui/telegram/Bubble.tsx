import './bubble.css';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconArrowUpRight } from '@tabler/icons-react';
import type { Message, ThreadButton, ThreadEntry } from '@/api/types';
import { download } from '@/api/client';
import { type Written, useRichText } from '@/api/texts';
import { Skeleton } from '@/ui/states';
import { EntityText } from './EntityText';
import { MediaView } from './MediaView';
import { fillVariables } from './richText';

/** Longer than this is folded: nobody reads more in a list, and 10,000 characters must not push a page away. */
const FOLD_AT = 600;

export interface BubbleProps {
  message: Written & Pick<Message, 'media'> & { buttons?: ThreadButton[][] | null };
  /** The file of a message that was sent or received; one that is written carries its own. */
  file?: ThreadEntry['media'];
  out?: boolean;
  /** A person's values for the variables; without them the fallbacks are shown. */
  values?: Record<string, string>;
  /** What was really said: braces in it are not variables. */
  said?: boolean;
  /** What stands at the lower right: a time, who wrote, a state. */
  meta?: ReactNode;
}

function Keys({ rows }: { rows: ThreadButton[][] }) {
  return (
    <div className="tg-keys">
      {rows.map((row, index) => (
        <div key={index} className="tg-key-row">
          {row.map((button, place) => (
            <span key={place} className="tg-key">
              {button.text}
              {button.url !== undefined && (
                <IconArrowUpRight size={11} stroke={2} aria-hidden="true" />
              )}
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}

/** A message as Telegram shows it. */
export function Bubble({
  message,
  file,
  out = false,
  values = {},
  said = false,
  meta,
}: BubbleProps) {
  const { t } = useTranslation();
  const [whole, setWhole] = useState(false);
  const written = useRichText(message);
  // Where the server cannot read it, what was written is better than nothing.
  const read = written.rich ?? { text: written.error ? (message.text ?? '') : '', entities: [] };
  const rich = said ? read : fillVariables(read, values);
  const waits = written.rich === null && !written.error;
  const folded = !whole && rich.text.length > FOLD_AT + 80;
  const text = folded ? rich.text.slice(0, FOLD_AT) : rich.text;
  const shown =
    file ??
    (message.media
      ? {
          kind: message.media.kind,
          url: download('/media/{id}/content', { path: { id: message.media.media_id } }),
        }
      : null);
  const rows = (message.buttons ?? []).filter((row) => row.length > 0);
  return (
    <div className={out ? 'tg-message out' : 'tg-message'}>
      <div className="tg-bubble" dir="auto">
        {shown && <MediaView kind={shown.kind} url={shown.url} />}
        <div className="tg-text">
          {waits ? (
            <Skeleton width={140} />
          ) : rich.text || shown ? (
            <EntityText text={text} entities={rich.entities} />
          ) : (
            <span className="tg-empty">{t('ui.bubble_empty')}</span>
          )}
          {folded && (
            <>
              …{' '}
              <button type="button" className="tg-more" onClick={() => setWhole(true)}>
                {t('ui.show_all')}
              </button>
            </>
          )}
          {meta !== undefined && <span className="tg-meta">{meta}</span>}
        </div>
      </div>
      {rows.length > 0 && <Keys rows={rows} />}
    </div>
  );
}
