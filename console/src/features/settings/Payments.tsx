import { Button, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/client';
import { useProblemText } from '@/ui/states';
import { ReasonedButton } from '@/ui/ReasonedButton';

/** Telegram shows a person so many characters of why a payment is declined. */
const WORDS_MAX = 200;

/** Whether payments to a bot are let go on, or declined with some words: empty lets them go on. */
export function PaymentsForm({
  words,
  error,
  isSaving,
  onSave,
  onCancel,
}: {
  words: string;
  error: unknown;
  isSaving: boolean;
  onSave: (words: string) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const note = useId();
  const [text, setText] = useState(words);
  const message =
    error instanceof Problem
      ? (error.field('/decline_payments') ?? problem(error))
      : error
        ? problem(error)
        : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave(text.trim());
      }}
    >
      <div className="inline wrap">
        <TextInput
          size="xs"
          w={320}
          autoFocus
          maxLength={WORDS_MAX}
          aria-label={t('settings.decline_payments')}
          aria-describedby={note}
          placeholder={t('settings.decline_payments')}
          value={text}
          error={message}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <ReasonedButton
          type="submit"
          loading={isSaving}
          reason={text.trim() === words ? t('ui.nothing_changed') : undefined}
        >
          {t(text.trim() ? 'settings.decline' : 'settings.let_go_on')}
        </ReasonedButton>
        <Button variant="subtle" onClick={onCancel}>
          {t('ui.cancel')}
        </Button>
      </div>
      <p className="small faint" id={note}>
        {t('settings.payments_note')}
      </p>
    </form>
  );
}
