import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { attributesQuery } from '@/api/queries';
import {
  attributeField,
  attributeOf,
  type Field,
  isKnownField,
  profileFields,
} from '@/ui/telegram/template';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { completedAddress } from './address';
import styles from './editor.module.css';

interface LinkFormProps {
  href: string;
  /** Without a selection the words are asked too. */
  asksWords: boolean;
  onDone: (href: string, words: string) => void;
  onRemove: (() => void) | undefined;
}

export function LinkForm({ href, asksWords, onDone, onRemove }: LinkFormProps) {
  const { t } = useTranslation();
  const [address, setAddress] = useState(href);
  const [words, setWords] = useState('');
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    const whole = completedAddress(address);
    setWrong(whole === null);
    if (whole !== null) onDone(whole, words.trim());
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      {asksWords && (
        <TextInput
          size="xs"
          data-mantine-stop-propagation
          label={t('editor.link_words')}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      )}
      <TextInput
        size="xs"
        data-mantine-stop-propagation
        label={t('editor.link_address')}
        placeholder="https://"
        inputMode="url"
        autoFocus
        dir="ltr"
        value={address}
        onChange={(event) => {
          setAddress(event.currentTarget.value);
          setWrong(false);
        }}
        error={wrong ? t('editor.link_wrong') : undefined}
      />
      <div className={styles.formFoot}>
        {onRemove && (
          <Button variant="subtle" size="xs" onClick={onRemove}>
            {t('editor.link_remove')}
          </Button>
        )}
        <ReasonedButton
          type="submit"
          variant="filled"
          size="xs"
          className="end"
          reason={address.trim() === '' ? t('editor.address_first') : undefined}
        >
          {t('editor.link_done')}
        </ReasonedButton>
      </div>
    </form>
  );
}

interface FieldFormProps {
  field: Field;
  onChange: (field: Field) => void;
  onDone: () => void;
  onRemove: () => void;
}

/** Which field it is, and what stands for people who lack it. */
export function FieldForm({ field, onChange, onDone, onRemove }: FieldFormProps) {
  const { t } = useTranslation();
  const attributes = useQuery(attributesQuery()).data?.items.map(({ key }) => key) ?? [];
  const own = attributeOf(field.name);
  const keys = own !== null && !attributes.includes(own) ? [...attributes, own] : attributes;
  const known = isKnownField(field.name);
  const data = [
    ...(known ? [] : [{ value: field.name, label: field.name }]),
    ...profileFields.map((name) => ({
      value: name as string,
      label: t(`editor.field_name.${name}`),
    })),
    ...(keys.length > 0
      ? [
          {
            group: t('editor.attributes'),
            items: keys.map((key) => ({ value: attributeField(key), label: key })),
          },
        ]
      : []),
  ];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    onDone();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <NativeSelect
        size="xs"
        data-mantine-stop-propagation
        label={t('editor.field')}
        value={field.name}
        data={data}
        onChange={(event) => onChange({ ...field, name: event.currentTarget.value })}
        error={known ? undefined : t('editor.field_unknown')}
      />
      <TextInput
        size="xs"
        data-mantine-stop-propagation
        label={t('editor.fallback')}
        autoFocus
        dir="auto"
        value={field.fallback}
        maxLength={200}
        onChange={(event) =>
          onChange({ ...field, fallback: event.currentTarget.value.replace(/[{}]/gu, '') })
        }
        description={
          field.fallback.trim() === '' ? t('editor.fallback_empty') : t('editor.fallback_hint')
        }
        inputWrapperOrder={['label', 'input', 'description', 'error']}
      />
      <p className={styles.note}>{t('editor.long_value')}</p>
      <div className={styles.formFoot}>
        <Button variant="subtle" size="xs" onClick={onRemove}>
          {t('editor.field_remove')}
        </Button>
        <Button type="submit" variant="filled" size="xs" className="end">
          {t('editor.field_done')}
        </Button>
      </div>
    </form>
  );
}
