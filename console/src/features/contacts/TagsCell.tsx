import { Popover } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TagRef } from '@/api/types';
import { TagChip } from '@/ui/TagChip';
import { fitting } from './chosenColumns';

/** All tags that fit; the others open from their number. */
export function TagsCell({ tags }: { tags: TagRef[] }) {
  const { t } = useTranslation();
  const [shown, rest] = fitting(tags);
  return (
    <span className="inline" style={{ gap: 4 }}>
      {shown.map((tag) => (
        <TagChip key={tag.id} name={tag.name} color={tag.color} />
      ))}
      {rest.length > 0 && (
        <Popover position="bottom-end" width={240}>
          <Popover.Target>
            <button
              type="button"
              className="text-link small"
              aria-label={t('contacts.other_tags', { count: rest.length })}
            >
              {t('contacts.more_tags', { count: rest.length })}
            </button>
          </Popover.Target>
          <Popover.Dropdown>
            <span className="inline wrap" style={{ gap: 4 }}>
              {rest.map((tag) => (
                <TagChip key={tag.id} name={tag.name} color={tag.color} />
              ))}
            </span>
          </Popover.Dropdown>
        </Popover>
      )}
    </span>
  );
}
