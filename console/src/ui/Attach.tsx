import { ActionIcon, Select } from '@mantine/core';
import { IconPaperclip, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { upload } from '@/api/client';
import type { MediaFile, MediaKind, MediaRef } from '@/api/types';
import { ReasonedIcon } from './ReasonedButton';
import { useProblemText } from './states';

interface AttachProps {
  media: MediaRef | null | undefined;
  onChange: (media: MediaRef | null) => void;
  /** Why no file can be added; undefined when one can. */
  reason?: string | undefined;
  /** What the server says of the file. */
  error?: string | undefined;
}

/** A file for a message: uploaded at once, named in the message, sent as what it can be. */
export function Attach({ media, onChange, reason, error }: AttachProps) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<MediaFile | null>(null);
  const send = useMutation({
    mutationFn: (chosen: File) => upload('/media', { body: { file: chosen } }),
    onSuccess: (uploaded) => {
      setFile(uploaded);
      onChange({ kind: uploaded.kinds[0] ?? 'document', media_id: uploaded.id });
    },
  });
  const known = media && file?.id === media.media_id ? file : null;
  const wrong = send.error ? problem(send.error) : error;
  return (
    <span className="attach">
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t('ui.attach')}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (chosen) send.mutate(chosen);
        }}
      />
      <ReasonedIcon
        aria-label={t('ui.attach')}
        title={reason === undefined ? t('ui.attach') : undefined}
        loading={send.isPending}
        reason={reason}
        onClick={() => input.current?.click()}
      >
        <IconPaperclip size={16} stroke={1.5} aria-hidden="true" />
      </ReasonedIcon>
      {media && (
        <>
          <bdi className="attach-name">{known?.name ?? t(`ui.media.${media.kind}`)}</bdi>
          {known && known.kinds.length > 1 && (
            <Select
              size="xs"
              w={120}
              aria-label={t('ui.send_as')}
              allowDeselect={false}
              value={media.kind}
              data={known.kinds.map((kind) => ({ value: kind, label: t(`ui.media.${kind}`) }))}
              onChange={(kind) => onChange({ ...media, kind: (kind ?? media.kind) as MediaKind })}
            />
          )}
          <ActionIcon
            aria-label={t('ui.remove_file')}
            onClick={() => {
              setFile(null);
              onChange(null);
            }}
          >
            <IconX size={14} stroke={1.5} aria-hidden="true" />
          </ActionIcon>
        </>
      )}
      {wrong && (
        <span className="field-error" role="alert">
          {wrong}
        </span>
      )}
    </span>
  );
}
