import { Checkbox } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { Link, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContactItem, ContactOrder } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { type Column, DataTable } from '@/ui/DataTable';
import { PersonCell } from '@/ui/people';
import { StageBadge } from '@/ui/StageBadge';
import { TagChip } from '@/ui/TagChip';
import type { Selection } from './selection';

const TAGS_SHOWN = 3;

function OrderHead({ order, label }: { order: ContactOrder; label: string }) {
  const search = useSearch({ from: '/frame/contacts' });
  const current = (search.order ?? 'recent') === order;
  return (
    <Link
      to="/contacts"
      search={{ ...search, order: order === 'recent' ? undefined : order }}
      className={current ? 'contacts-order-head current' : 'contacts-order-head'}
      aria-current={current || undefined}
    >
      {current && <IconArrowDown size={12} stroke={1.8} aria-hidden="true" />}
      {label}
    </Link>
  );
}

function useColumns(selection: Selection): Column<ContactItem>[] {
  const { t } = useTranslation();
  const { ago, date, language } = useFormat();
  const now = useNow();
  const can = useCan();
  return useMemo(() => {
    const columns: Column<ContactItem>[] = [
      {
        key: 'person',
        head: <OrderHead order="name" label={t('contacts.person')} />,
        cell: (row) => <PersonCell contact={row} />,
      },
      {
        key: 'stage',
        head: t('contacts.stage'),
        cell: (row) => row.stage && <StageBadge name={row.stage.name} />,
      },
      {
        key: 'tags',
        head: t('contacts.tags'),
        leaves: 2,
        cell: (row) => (
          <span className="inline" style={{ gap: 4 }}>
            {row.tags.slice(0, TAGS_SHOWN).map((tag) => (
              <TagChip key={tag.id} name={tag.name} color={tag.color} />
            ))}
            {row.tags.length > TAGS_SHOWN && (
              <span className="small faint">
                {t('contacts.more_tags', { count: row.tags.length - TAGS_SHOWN })}
              </span>
            )}
          </span>
        ),
      },
      {
        key: 'language',
        head: t('contacts.language'),
        leaves: 1,
        cell: (row) =>
          row.language ? (
            language(row.language)
          ) : (
            <span className="faint">{t('contacts.unknown')}</span>
          ),
      },
      {
        key: 'joined',
        head: <OrderHead order="first_seen" label={t('contacts.joined')} />,
        num: true,
        leaves: 1,
        cell: (row) => <span className="muted">{date(row.first_seen_at)}</span>,
      },
      {
        key: 'last',
        head: <OrderHead order="recent" label={t('contacts.last')} />,
        num: true,
        leaves: 2,
        cell: (row) =>
          row.last_interaction_at === null ? (
            <span className="faint">{t('ui.never')}</span>
          ) : (
            ago(row.last_interaction_at, now)
          ),
      },
    ];
    if (can('edit_contacts')) {
      columns.unshift({
        key: 'pick',
        head: <span className="unseen">{t('contacts.selection')}</span>,
        width: '28px',
        cell: (row) => (
          <Checkbox
            aria-label={t('contacts.select', {
              name: row.name.slice(0, 60) || String(row.telegram_id),
            })}
            checked={selection.all || selection.ids.has(row.id)}
            disabled={selection.all}
            onChange={() => selection.toggle(row.id)}
          />
        ),
      });
    }
    return columns;
  }, [t, ago, date, language, now, can, selection]);
}

export function ContactTable({
  rows,
  selection,
  onEnd,
}: {
  rows: ContactItem[];
  selection: Selection;
  onEnd: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t('place.contacts')}
      columns={useColumns(selection)}
      rows={rows}
      keyOf={(row) => row.id}
      isSelected={(row) => selection.all || selection.ids.has(row.id)}
      onEnd={onEnd}
    />
  );
}
