import './settings.css';
import { Button, Textarea, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, put } from '@/api/client';
import { phrasesQuery } from '@/api/queries';
import type { PhraseLanguage, Phrases } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Page, Section } from '@/ui/Page';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { ClosedPlace, Loaded, SkeletonRows, useProblemText } from '@/ui/states';
import { toast } from '@/ui/toast';
import { isComplete, linesOf, newLanguage, wordsOf } from './phrases';

/** A word a line; what is typed stays as it is typed. */
function StopWords({ words, onChange }: { words: string[]; onChange: (words: string[]) => void }) {
  const { t } = useTranslation();
  const [lines, setLines] = useState(linesOf(words));
  return (
    <Textarea
      label={t('phrases.stop_words')}
      description={t('phrases.stop_words_note')}
      autosize
      minRows={3}
      maxRows={12}
      value={lines}
      onChange={(event) => {
        setLines(event.currentTarget.value);
        onChange(wordsOf(event.currentTarget.value));
      }}
    />
  );
}

function Language({
  at,
  value,
  isOnly,
  onChange,
  onRemove,
}: {
  at: number;
  value: PhraseLanguage;
  isOnly: boolean;
  onChange: (next: PhraseLanguage) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  const title = value.language || t('phrases.new');
  return (
    <Section
      title={title}
      note={at === 0 ? t('phrases.first') : undefined}
      end={
        !isOnly && (
          <Button size="xs" variant="subtle" onClick={onRemove}>
            {t('phrases.remove', { language: title })}
          </Button>
        )
      }
    >
      <div className="settings-phrases-language">
        <TextInput
          label={t('phrases.language')}
          description={t('phrases.language_note')}
          maxLength={16}
          value={value.language}
          onChange={(event) => onChange({ ...value, language: event.currentTarget.value })}
        />
        <StopWords
          words={value.stop_words}
          onChange={(stop_words) => onChange({ ...value, stop_words })}
        />
        <Textarea
          label={t('phrases.stopped')}
          autosize
          minRows={2}
          maxLength={1000}
          value={value.stopped}
          onChange={(event) => onChange({ ...value, stopped: event.currentTarget.value })}
        />
        <TextInput
          label={t('phrases.back')}
          maxLength={64}
          value={value.back}
          onChange={(event) => onChange({ ...value, back: event.currentTarget.value })}
        />
        <Textarea
          label={t('phrases.bound')}
          autosize
          minRows={2}
          maxLength={1000}
          value={value.bound}
          onChange={(event) => onChange({ ...value, bound: event.currentTarget.value })}
        />
      </div>
    </Section>
  );
}

/** What is typed, and saving it. */
function usePhrasesForm(saved: Phrases) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [from, setFrom] = useState(saved);
  // Each language keeps a key of its own while it is edited, whatever its code becomes.
  const keyed = (phrases: Phrases) =>
    phrases.languages.map((value, at) => ({ key: `${phrases.version}-${at}`, value }));
  const [languages, setLanguages] = useState(() => keyed(saved));
  const values = languages.map((each) => each.value);
  const isChanged = JSON.stringify(values) !== JSON.stringify(from.languages);
  const take = (phrases: Phrases) => {
    setFrom(phrases);
    setLanguages(keyed(phrases));
  };
  if (from.version !== saved.version && !isChanged) take(saved);
  const save = useMutation({
    mutationFn: () =>
      put('/workspace/phrases', { body: { languages: values, version: from.version } }),
    onSuccess: (next) => {
      take(next);
      client.setQueryData(phrasesQuery().queryKey, next);
      toast(t('phrases.saved'));
    },
    onError: (error) => {
      if (error instanceof Problem && error.code === 'conflict')
        void client.invalidateQueries({ queryKey: ['phrases'] });
    },
  });
  const undo = () => {
    save.reset();
    take(saved);
  };
  const isLate = save.error instanceof Problem && save.error.code === 'conflict';
  return { from, languages, setLanguages, values, isChanged, isLate, save, undo };
}
type PhrasesForm = ReturnType<typeof usePhrasesForm>;

/** Every language, and one more. */
function Languages({ form: { languages, setLanguages, values } }: { form: PhrasesForm }) {
  const { t } = useTranslation();
  return (
    <>
      {languages.map(({ key, value }, place) => (
        <Language
          key={key}
          at={place}
          value={value}
          isOnly={languages.length === 1}
          onChange={(next) =>
            setLanguages(languages.map((each) => (each.key === key ? { key, value: next } : each)))
          }
          onRemove={() => setLanguages(languages.filter((each) => each.key !== key))}
        />
      ))}
      <Button
        variant="subtle"
        leftSection={<IconPlus size={14} stroke={1.8} aria-hidden="true" />}
        onClick={() =>
          setLanguages([
            ...languages,
            { key: `new-${languages.length}-${Date.now()}`, value: newLanguage(values) },
          ])
        }
      >
        {t('phrases.add')}
      </Button>
    </>
  );
}

function Form({ saved }: { saved: Phrases }) {
  const { t } = useTranslation();
  const { dateTime } = useFormat();
  const problem = useProblemText();
  const form = usePhrasesForm(saved);
  const { from, isChanged, isLate, save } = form;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const unready = isLate
    ? t('phrases.conflict')
    : isComplete(form.values)
      ? undefined
      : t('phrases.incomplete');
  const at = from.changed_at === null ? '' : dateTime(from.changed_at);
  return (
    <form onSubmit={submit}>
      <p className="settings-retention-lead">{t('phrases.lead')}</p>
      <Languages form={form} />
      <p className="small muted">
        {from.changed_at === null
          ? t('phrases.defaults')
          : from.changed_by
            ? t('phrases.changed_by', { at, name: from.changed_by.name })
            : t('phrases.changed', { at })}
      </p>
      {save.error && (
        <p className="field-error" role="alert">
          {isLate ? t('phrases.conflict') : problem(save.error)}
        </p>
      )}
      <div className="inline settings-retention-save">
        <ReasonedButton
          type="submit"
          loading={save.isPending}
          reason={isChanged ? unready : t('ui.nothing_changed')}
        >
          {t('ui.save')}
        </ReasonedButton>
        {isChanged && (
          <Button variant="subtle" onClick={form.undo}>
            {t('ui.cancel')}
          </Button>
        )}
      </div>
    </form>
  );
}

/** What the bots understand and say by themselves. */
export default function PhrasesPage() {
  const { t } = useTranslation();
  const can = useCan();
  const phrases = useQuery({ ...phrasesQuery(), enabled: can('manage_workspace') });
  return (
    <Page title={t('phrases.title')} crumb={{ label: t('place.settings'), to: '/settings' }}>
      {can('manage_workspace') ? (
        <Loaded query={phrases} what={t('phrases.failed')} waiting={<SkeletonRows rows={4} />}>
          {(data) => <Form saved={data} />}
        </Loaded>
      ) : (
        <ClosedPlace />
      )}
    </Page>
  );
}
