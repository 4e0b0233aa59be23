import { MultiSelect, type MultiSelectProps } from '@mantine/core';
import type { Ref } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { nameKey } from './fold';

interface TagPickerProps extends Omit<MultiSelectProps, 'data' | 'value' | 'onChange'> {
  /** The tags that there are. */
  known: string[];
  value: string[];
  onChange: (names: string[]) => void;
  /** Whether a name that no tag has may become one: offered in words, never made by a typo. */
  mayCreate?: boolean;
  ref?: Ref<HTMLInputElement>;
}

/** Chooses tags by name. */
export function TagPicker({ known, value, onChange, mayCreate = true, ...field }: TagPickerProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const typed = search.trim();
  const names = [...new Set([...known, ...value])];
  const key = nameKey(typed);
  const isNew = key !== '' && !names.some((name) => nameKey(name) === key);
  return (
    <MultiSelect
      searchable
      hidePickedOptions
      selectFirstOptionOnChange
      {...field}
      value={value}
      data={[
        ...names.map((name) => ({ value: name, label: name })),
        ...(mayCreate && isNew
          ? [{ value: typed, label: t('ui.create_tag', { name: typed }) }]
          : []),
      ]}
      nothingFoundMessage={t('builder.no_tag')}
      searchValue={search}
      onSearchChange={setSearch}
      onChange={(next) => {
        setSearch('');
        onChange(next);
      }}
    />
  );
}
