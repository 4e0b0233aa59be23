import { Button, Combobox, useCombobox } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Expression } from '@/api/types';
import { holds } from '../fold';
import { blank, conditionGroups, presets } from './draft';

interface Choice {
  id: string;
  label: string;
  /** Other words under which it is found. */
  words: string;
  make: () => Expression;
}

function useChoices(): { name: string; choices: Choice[] }[] {
  const { t } = useTranslation();
  const ready = (['active', 'dormant'] as const).map((preset) => ({
    id: preset,
    label: t(`builder.preset.${preset}`),
    words: '',
    make: (): Expression => presets[preset],
  }));
  const groups = conditionGroups.map(({ name, forms }) => ({
    name: t(`builder.kind.${name}`),
    choices: forms.map((form) => ({
      id: form,
      label: t(`builder.form.${form}`),
      words: t(`builder.words.${form}`),
      make: () => blank(form),
    })),
  }));
  return [{ name: t('builder.kind.ready'), choices: ready }, ...groups];
}

function Found({ groups }: { groups: ReturnType<typeof useChoices> }) {
  const { t } = useTranslation();
  return (
    <Combobox.Options mah={340} style={{ overflowY: 'auto' }} aria-label={t('builder.condition')}>
      {groups.length === 0 && <Combobox.Empty>{t('builder.find_none')}</Combobox.Empty>}
      {groups.map((group) => (
        <Combobox.Group key={group.name} label={group.name}>
          {group.choices.map((choice) => (
            <Combobox.Option key={choice.id} value={choice.id}>
              {choice.label}
            </Combobox.Option>
          ))}
        </Combobox.Group>
      ))}
    </Combobox.Options>
  );
}

/** The list of conditions, grouped, in which one types to find; Enter takes the first that fits. */
export function AddCondition({
  onAdd,
  nested,
}: {
  onAdd: (expression: Expression) => void;
  nested: boolean;
}) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const combobox = useCombobox({
    onDropdownClose: () => setSearch(''),
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const fits = (choice: Choice) => holds(`${choice.label} ${choice.words}`, search);
  const found = useChoices()
    .map((group) => ({ ...group, choices: group.choices.filter(fits) }))
    .filter((group) => group.choices.length > 0);
  const take = (id: string) => {
    const choice = found.flatMap((group) => group.choices).find((each) => each.id === id);
    combobox.closeDropdown();
    if (choice) onAdd(choice.make());
  };
  const open = {
    'aria-haspopup': 'listbox' as const,
    'aria-expanded': combobox.dropdownOpened,
    onClick: () => combobox.toggleDropdown(),
  };
  return (
    <Combobox store={combobox} width={280} position="bottom-start" onOptionSubmit={take}>
      <Combobox.Target withAriaAttributes={false} withKeyboardNavigation={false}>
        {nested ? (
          <button type="button" className="text-link small" {...open}>
            {t('builder.add')}
          </button>
        ) : (
          <Button leftSection={<IconPlus size={14} stroke={1.8} />} {...open}>
            {t('builder.condition')}
          </Button>
        )}
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={search}
          aria-label={t('builder.find')}
          placeholder={t('builder.find')}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            combobox.updateSelectedOptionIndex();
            combobox.selectFirstOption();
          }}
        />
        <Found groups={found} />
      </Combobox.Dropdown>
    </Combobox>
  );
}
