import { Checkbox, Popover } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContactItem, ContactOrder } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { type Column, DataTable } from '@/ui/DataTable';
import { PersonCell } from '@/ui/people';
import { StageBadge } from '@/ui/StageBadge';
import { type ColumnKey, columnKeys, useChosenColumns } from './chosenColumns';
import type { Selection } from './selection';
import { TagsCell } from './TagsCell';

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

/** Everything that a column can show of a person. */
function useKnown(): Record<ColumnKey, Column<ContactItem>> {
  const { t } = useTranslation();
  const { ago, date, language } = useFormat();
  const now = useNow();
  return useMemo(() => {
    const column = (
      key: ColumnKey,
      head: ReactNode,
      cell: Column<ContactItem>['cell'],
      more: Partial<Column<ContactItem>> = {},
    ) => ({ key, head, cell, ...more });
    const unknown = <span className="faint">{t('contacts.unknown')}</span>;
    return {
      stage: column(
        'stage',
        t('contacts.stage'),
        (row) => row.stage && <StageBadge name={row.stage.name} />,
      ),
      tags: column('tags', t('contacts.tags'), (row) => <TagsCell tags={row.tags} />, {
        leaves: 2,
      }),
      language: column(
        'language',
        t('contacts.language'),
        (row) => (row.language ? language(row.language) : unknown),
        { leaves: 1 },
      ),
      premium: column(
        'premium',
        t('contacts.premium'),
        (row) => (row.premium ? t('builder.yes') : ''),
        { leaves: 1 },
      ),
      telegram_id: column('telegram_id', t('contacts.telegram_id'), (row) => row.telegram_id, {
        num: true,
        leaves: 1,
      }),
      joined: column(
        'joined',
        <OrderHead order="first_seen" label={t('contacts.joined')} />,
        (row) => <span className="muted">{date(row.first_seen_at)}</span>,
        { num: true, leaves: 1 },
      ),
      last: column(
        'last',
        <OrderHead order="recent" label={t('contacts.last')} />,
        (row) =>
          row.last_interaction_at === null ? (
            <span className="faint">{t('ui.never')}</span>
          ) : (
            ago(row.last_interaction_at, now)
          ),
        { num: true, leaves: 2 },
      ),
    };
  }, [t, ago, date, language, now]);
}

function useColumns(selection: Selection, chosen: ColumnKey[]): Column<ContactItem>[] {
  const { t } = useTranslation();
  const can = useCan();
  const known = useKnown();
  return useMemo(() => {
    const pick: Column<ContactItem> = {
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
    };
    return [
      ...(can('edit_contacts') ? [pick] : []),
      {
        key: 'person',
        head: <OrderHead order="name" label={t('contacts.person')} />,
        cell: (row) => <PersonCell contact={row} />,
      },
      ...chosen.map((key) => known[key]),
    ];
  }, [t, can, known, chosen, selection]);
}

function ColumnMenu({
  chosen,
  onToggle,
}: {
  chosen: ColumnKey[];
  onToggle: (key: ColumnKey) => void;
}) {
  const { t } = useTranslation();
  return (
    <Popover position="bottom-end" width={200} trapFocus>
      <Popover.Target>
        <button type="button" className="text-link small contacts-columns wide-only">
          {t('contacts.columns', { shown: chosen.length, total: columnKeys.length })}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className="contacts-bulk-form">
          {columnKeys.map((key) => (
            <Checkbox
              key={key}
              label={t(`contacts.${key}`)}
              checked={chosen.includes(key)}
              onChange={() => onToggle(key)}
            />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
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
  const [chosen, toggle] = useChosenColumns();
  return (
    <>
      <ColumnMenu chosen={chosen} onToggle={toggle} />
      <DataTable
        label={t('place.contacts')}
        columns={useColumns(selection, chosen)}
        rows={rows}
        keyOf={(row) => row.id}
        isSelected={(row) => selection.all || selection.ids.has(row.id)}
        onEnd={onEnd}
      />
    </>
  );
}
