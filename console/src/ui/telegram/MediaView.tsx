import { IconFile, IconPhotoOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MediaKind } from '@/api/types';

/** The file of a message: a picture and a video are shown, a document is named and opens. */
export function MediaView({ kind, url }: { kind: MediaKind; url: string | null }) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState<string | null>(null);
  if (url === null)
    return (
      <span className="tg-file faint">
        <IconPhotoOff size={16} stroke={1.5} aria-hidden="true" />
        {t(`ui.media_deleted.${kind}`)}
      </span>
    );
  if (failed === url)
    return (
      <span className="tg-file faint">
        <IconPhotoOff size={16} stroke={1.5} aria-hidden="true" />
        {t('ui.media_failed')}
      </span>
    );
  if (kind === 'photo')
    return (
      <a href={url} target="_blank" rel="noreferrer">
        <img
          className="tg-media"
          src={url}
          alt={t('ui.media.photo')}
          loading="lazy"
          onError={() => setFailed(url)}
        />
      </a>
    );
  if (kind === 'video')
    return (
      <video
        className="tg-media"
        src={url}
        controls
        preload="metadata"
        aria-label={t('ui.media.video')}
        onError={() => setFailed(url)}
      />
    );
  return (
    <a className="tg-file" href={url} target="_blank" rel="noreferrer">
      <IconFile size={16} stroke={1.5} aria-hidden="true" />
      {t('ui.media.document')}
    </a>
  );
}
