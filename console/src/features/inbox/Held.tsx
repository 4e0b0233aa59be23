import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ThreadEntry } from '@/api/types';
import { useFormat } from '@/i18n/format';

/** What a message held besides its words: places, numbers, where its links lead. */
export function Details({ details }: { details: NonNullable<ThreadEntry['details']> }) {
  const { t } = useTranslation();
  return (
    <dl className="inbox-thread-details small">
      {details.map((detail, at) => (
        <div key={at}>
          <dt>{t([`inbox.detail.${detail.name}`, 'inbox.detail.other'])}</dt>
          <dd dir="auto">
            {detail.url ? (
              <a href={detail.url} target="_blank" rel="noreferrer noopener">
                {detail.text}
              </a>
            ) : (
              detail.text
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What a message said before the person changed it, on demand. */
export function Earlier({ earlier }: { earlier: NonNullable<ThreadEntry['earlier']> }) {
  const { t } = useTranslation();
  const { dateTime } = useFormat();
  const [open, setOpen] = useState(false);
  return (
    <div className="inbox-thread-earlier small">
      <button type="button" className="tg-more" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t(open ? 'inbox.hide_earlier' : 'inbox.show_earlier')}
      </button>
      {open && (
        <ol>
          {earlier.map((wording, at) => (
            <li key={at}>
              <span className="faint figure">{dateTime(wording.at)}</span>{' '}
              <span dir="auto">{wording.text || t('retention.gone')}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
