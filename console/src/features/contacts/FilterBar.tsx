import { Button, Collapse, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilter, IconSearch } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { everyone, isEveryone } from '@/api/expressions';
import type { Expression } from '@/api/types';
import { useCan } from '@/api/workspace';
import { countable } from '@/ui/expression/draft';
import { ExpressionBuilder } from '@/ui/expression/ExpressionBuilder';
import { useSentence } from '@/ui/expression/sentence';
import { useStillHere } from '@/ui/stillHere';

const SEARCH_DELAY_MS = 250;

function SearchBox() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ from: '/frame/contacts' });
  const [text, setText] = useState(search.q ?? '');
  const isHere = useStillHere('/contacts');
  const ask = useDebouncedCallback(
    (q: string) =>
      isHere() &&
      void navigate({ to: '/contacts', search: { ...search, q: q || undefined }, replace: true }),
    SEARCH_DELAY_MS,
  );
  return (
    <TextInput
      size="xs"
      className="contacts-search"
      aria-label={t('contacts.search')}
      placeholder={t('contacts.search')}
      leftSection={<IconSearch size={14} stroke={1.5} />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        ask(event.currentTarget.value);
      }}
    />
  );
}

/** The filter is the segment builder in one line; it opens to the whole builder and becomes a segment. */
export function FilterBar({
  expression,
  total,
}: {
  expression: Expression;
  total: number | undefined;
}) {
  const { t } = useTranslation();
  const can = useCan();
  const sentence = useSentence();
  const navigate = useNavigate();
  const search = useSearch({ from: '/frame/contacts' });
  const [open, setOpen] = useState(false);
  // Unfinished lines live here; the address only holds what can be counted.
  const [draft, setDraft] = useState<Expression>(expression);
  const known =
    JSON.stringify(countable('all' in draft ? draft.all : [draft])) ===
    JSON.stringify(countable('all' in expression ? expression.all : [expression]));
  const shown = known ? draft : expression;
  const change = (next: Expression) => {
    setDraft(next);
    const counted = countable('all' in next ? next.all : [next]);
    void navigate({
      to: '/contacts',
      search: { ...search, e: isEveryone(counted) ? undefined : counted },
      replace: true,
    });
  };
  const whole = isEveryone(expression);
  return (
    <div className="contacts-filter">
      <div className="contacts-filter-line">
        <button
          type="button"
          className="contacts-filter-say"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <IconFilter size={14} stroke={1.5} aria-hidden="true" />
          <span className={whole ? 'faint' : ''}>
            {whole ? t('contacts.add_filter') : sentence(expression)}
          </span>
        </button>
        {!whole && can('edit_audiences') && (
          <Link
            className="text-link small"
            to="/segments/$segmentId"
            params={{ segmentId: 'new' }}
            search={{ e: expression }}
          >
            {t('contacts.as_segment')}
          </Link>
        )}
        {!whole && (
          <Button variant="subtle" onClick={() => change(everyone)}>
            {t('contacts.clear_filter')}
          </Button>
        )}
        <SearchBox />
      </div>
      <Collapse expanded={open}>
        {open && (
          <div className="contacts-filter-builder">
            <ExpressionBuilder value={shown} onChange={change} total={total} />
          </div>
        )}
      </Collapse>
    </div>
  );
}
