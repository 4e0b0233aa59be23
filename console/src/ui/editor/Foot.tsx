import { Checkbox, TextInput } from '@mantine/core';
import type { Command, EditorState } from 'prosemirror-state';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/i18n/format';
import { CAPTION_MAX, measure, TEXT_MAX } from '@/ui/telegram/template';
import type { RichText } from '@/ui/telegram/richText';
import { codeAround, linkAround, quoteAround, setExpandable, setLanguage } from './commands';
import styles from './editor.module.css';

interface FootProps {
  id: string;
  rich: RichText;
  state: EditorState;
  caption: boolean;
  /** Only a text that nears its limit is counted. */
  quiet: boolean;
  readOnly: boolean;
  error: string | undefined;
  hint: ReactNode;
  run: (command: Command) => void;
  onLink: () => void;
}

/** What can be said of the place where the caret stands: a link's address, a code's language, how a quotation opens. */
function Context({ state, run, onLink }: Pick<FootProps, 'state' | 'run' | 'onLink'>) {
  const { t } = useTranslation();
  const link = linkAround(state);
  const code = codeAround(state);
  const quote = quoteAround(state);
  if (link)
    return (
      <span className={styles.context}>
        <bdi className="cut" dir="ltr">
          {link.href}
        </bdi>{' '}
        <button
          type="button"
          className="text-link small"
          onMouseDown={(event) => event.preventDefault()}
          onClick={onLink}
        >
          {t('editor.link_edit')}
        </button>
      </span>
    );
  if (code)
    return (
      <TextInput
        size="xs"
        className={styles.language}
        aria-label={t('editor.language')}
        placeholder={t('editor.language')}
        value={String(code.node.attrs.language ?? '')}
        maxLength={32}
        onChange={(event) => run(setLanguage(event.currentTarget.value.replace(/\s/gu, '')))}
      />
    );
  if (quote)
    return (
      <Checkbox
        size="xs"
        label={t('editor.expandable')}
        checked={Boolean(quote.node.attrs.expandable)}
        onChange={(event) => run(setExpandable(event.currentTarget.checked))}
      />
    );
  return null;
}

const ENTITIES_MAX = 100;
const FIELDS_MAX = 50;
const QUIET_SHARE = 0.7;

/** Under the text: what is wrong, else what the place is, else the hint; and how long the message is. */
export function Foot({
  id,
  rich,
  state,
  caption,
  quiet,
  readOnly,
  error,
  hint,
  run,
  onLink,
}: FootProps) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { units, reserved, fields } = measure(rich.text);
  const max = caption ? CAPTION_MAX : TEXT_MAX;
  const faults = [
    units > max &&
      t(caption ? 'editor.too_long_caption' : 'editor.too_long', {
        count: units - max,
        over: number(units - max),
      }),
    rich.entities.length > ENTITIES_MAX && t('editor.too_many_marks', { max: ENTITIES_MAX }),
    fields.length > FIELDS_MAX && t('editor.too_many_fields', { max: FIELDS_MAX }),
    error,
  ];
  const fault = faults.find(Boolean);
  const context = readOnly ? null : <Context state={state} run={run} onLink={onLink} />;
  const said = linkAround(state) ?? codeAround(state) ?? quoteAround(state);
  return (
    <div className={styles.foot}>
      <span id={id} className={fault ? styles.fault : styles.hint} aria-live="polite">
        {fault ? fault : said ? null : (hint ?? null)}
      </span>
      {!fault && context}
      {!(quiet && units < max * QUIET_SHARE) && (
        <span
          className={styles.count}
          title={
            reserved > 0
              ? t('editor.room', { count: fields.length, reserved: number(reserved) })
              : undefined
          }
          data-over={units > max || undefined}
        >
          {reserved > 0 && <span className={styles.room}>{t('editor.with_fields')} </span>}
          {t('editor.length', { length: number(units), max: number(max) })}
        </span>
      )}
    </div>
  );
}
