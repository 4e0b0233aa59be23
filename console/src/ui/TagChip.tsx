import './figures.css';
import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { IconX } from '@tabler/icons-react';
import { colorOf } from './colors';

/** A tag; its colour is a dot, never the ground. */
export function TagChip({
  name,
  color,
  onRemove,
}: {
  name: string;
  color?: string | undefined;
  onRemove?: () => void;
}) {
  const { t } = useTranslation();
  return (
    <span className="tag-chip" style={{ '--chip': colorOf(color) } as CSSProperties}>
      <i aria-hidden="true" />
      <span className="cut">{name}</span>
      {onRemove && (
        <button type="button" aria-label={t('ui.remove_tag', { name })} onClick={onRemove}>
          <IconX size={11} stroke={2} aria-hidden="true" />
        </button>
      )}
    </span>
  );
}
