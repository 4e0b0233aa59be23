import { Button, CopyButton, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parseExpression } from '@/api/expressions';
import type { Expression } from '@/api/types';
import { ReasonedButton } from '@/ui/ReasonedButton';

/** The expression as JSON: copied out, or pasted in and taken over. */
export function JsonPanel({
  value,
  onPaste,
}: {
  value: Expression;
  onPaste: (next: Expression) => void;
}) {
  const { t } = useTranslation();
  const text = JSON.stringify(value, null, 2);
  const [typed, setTyped] = useState<string | null>(null);
  const parsed = typed === null ? value : parseExpression(typed);
  const take = () => {
    if (!parsed) return;
    onPaste(parsed);
    setTyped(null);
  };
  return (
    <div className="segments-json-panel">
      <Textarea
        autosize
        minRows={6}
        maxRows={20}
        aria-label={t('segments.json')}
        styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12 } }}
        value={typed ?? text}
        onChange={(event) => setTyped(event.currentTarget.value)}
        error={parsed ? undefined : t('segments.json_wrong')}
        spellCheck={false}
      />
      <div className="inline">
        <CopyButton value={typed ?? text}>
          {({ copied, copy }) => (
            <Button onClick={copy}>{t(copied ? 'segments.copied' : 'segments.copy')}</Button>
          )}
        </CopyButton>
        <ReasonedButton
          reason={
            typed === null ? t('ui.nothing_changed') : parsed ? undefined : t('segments.json_wrong')
          }
          onClick={take}
        >
          {t('segments.json_take')}
        </ReasonedButton>
      </div>
    </div>
  );
}
