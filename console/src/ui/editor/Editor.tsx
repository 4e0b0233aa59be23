import { ActionIcon, Button } from '@mantine/core';
import { IconLetterCase } from '@tabler/icons-react';
import { type Command, NodeSelection, TextSelection } from 'prosemirror-state';
import { useId, useImperativeHandle, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRichText } from '@/api/texts';
import type { WrittenText } from '@/ui/telegram/richText';
import { attributeOf, isKnownField } from '@/ui/telegram/template';
import { fieldChosen, insertField, insertText, linkAround, setLink, unlink } from './commands';
import styles from './editor.module.css';
import { EmojiMenu } from './EmojiMenu';
import { Floating } from './Floating';
import { Foot } from './Foot';
import { FieldForm, LinkForm } from './forms';
import { Toolbar } from './Toolbar';
import type { EditorProps } from './types';
import { useView } from './useView';
import { Waiting } from './Waiting';

const toolsKept = 'muster.editor.tools';

/** Keys that belong to somebody else while a word is put together, as in Chinese. */
const isComposing = (event: KeyboardEvent) => event.isComposing || event.keyCode === 229;

/** The attributes of the text's element, as those who do not see it are told. */
function textAttributes(
  { label, placeholder, readOnly, error, attributes, compact }: EditorProps,
  isEmpty: boolean,
  foot: string,
): Record<string, string> {
  const all: Record<string, string | undefined> = {
    class: [styles.text, compact ? styles.low : '', isEmpty ? styles.empty : '']
      .filter(Boolean)
      .join(' '),
    role: 'textbox',
    'aria-multiline': 'true',
    'aria-label': label,
    'aria-describedby': foot,
    'aria-readonly': readOnly ? 'true' : undefined,
    'aria-invalid': error ? 'true' : undefined,
    'aria-placeholder': placeholder,
    'data-placeholder': placeholder,
    spellcheck: 'true',
    tabindex: '0',
    translate: 'no',
    ...attributes,
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function OpenEditor({ rich, ...props }: EditorProps & { rich: WrittenText }) {
  const {
    onChange,
    readOnly = false,
    caption = false,
    compact = false,
    error,
    hint,
    tools,
    onEnter,
    onKey,
    handle,
  } = props;
  const { t, i18n } = useTranslation();
  const [form, setForm] = useState<'link' | 'field' | null>(null);
  const [shown, setShown] = useState(!compact || localStorage.getItem(toolsKept) === '1');
  const bar = useRef<HTMLDivElement>(null);
  const foot = useId();
  const isEmpty = rich.text === '';
  const openLink: Command = (state) => {
    if (state.selection.empty && !linkAround(state)) return false;
    setForm('link');
    return true;
  };
  const toTools: Command = () => {
    setShown(true);
    requestAnimationFrame(() => bar.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus());
    return true;
  };
  const openField: Command = (state) => {
    if (fieldChosen(state) === null) return false;
    setForm('field');
    return true;
  };
  const { mount, view, state } = useView({
    rich,
    readOnly,
    onChange,
    language: i18n.language,
    attributes: textAttributes(props, isEmpty, foot),
    keys: { 'Mod-k': openLink, 'Alt-F10': toTools, Enter: openField },
    onField: () => setForm('field'),
    fieldLabel: (name) => ({
      text: attributeOf(name) ?? (isKnownField(name) ? t(`editor.field_name.${name}`) : name),
      known: isKnownField(name),
    }),
    onKey: (event) => {
      if (isComposing(event)) return false;
      if (onKey?.(event)) return true;
      if (event.key === 'k' && (event.metaKey || event.ctrlKey) && view && openLink(view.state)) {
        // Elsewhere the same keys open the palette.
        event.preventDefault();
        event.stopPropagation();
        return true;
      }
      if (event.key !== 'Enter' || event.shiftKey || !onEnter) return false;
      onEnter();
      return true;
    },
  });
  useImperativeHandle(
    handle,
    () => ({ focus: () => view?.focus(), blur: () => view?.dom.blur() }),
    [view],
  );
  const act = (command: Command) => {
    if (view) command(view.state, (tr) => view.dispatch(tr), view);
  };
  const run = (command: Command) => {
    act(command);
    if (document.activeElement === document.body) view?.focus();
  };
  const close = (toText: boolean) => {
    setForm(null);
    if (toText) view?.focus();
  };
  const chosen = state ? fieldChosen(state) : null;
  const link = state ? linkAround(state) : null;
  return (
    <div
      className={styles.box}
      data-invalid={Boolean(error) || undefined}
      data-read-only={readOnly || undefined}
    >
      {!readOnly && state && (shown || tools) && (
        <div className={styles.tools}>
          {shown && (
            <Toolbar
              state={state}
              bar={bar}
              run={run}
              onLink={() => setForm('link')}
              onEscape={() => view?.focus()}
              onEmoji={(emoji) => {
                act(insertText(emoji));
                view?.focus();
              }}
              onField={(name) => {
                act(insertField(name, name === 'first_name' ? t('editor.friend') : ''));
                if (view)
                  view.dispatch(
                    view.state.tr.setSelection(
                      NodeSelection.create(view.state.doc, view.state.selection.from - 1),
                    ),
                  );
                setForm('field');
              }}
            />
          )}
          {tools && <div className={styles.extra}>{tools}</div>}
        </div>
      )}
      <div ref={mount} className={styles.mount} />
      {view && state && form === 'link' && (
        <Floating
          view={view}
          from={(link ?? state.selection).from}
          to={(link ?? state.selection).to}
          label={t('editor.tool.link')}
          onClose={close}
        >
          <LinkForm
            href={link?.href ?? ''}
            asksWords={state.selection.empty && link === null}
            onDone={(href, words) => {
              view.dispatch(setLink(view.state, href, words));
              close(true);
            }}
            onRemove={
              link
                ? () => {
                    act(unlink);
                    close(true);
                  }
                : undefined
            }
          />
        </Floating>
      )}
      {view && form === 'field' && chosen && (
        <Floating
          view={view}
          from={chosen.at}
          to={chosen.at + 1}
          label={t('editor.field')}
          onClose={close}
        >
          <FieldForm
            field={chosen.field}
            onChange={(next) => {
              const { tr } = view.state;
              tr.setNodeMarkup(chosen.at, null, { ...next });
              view.dispatch(tr.setSelection(NodeSelection.create(tr.doc, chosen.at)));
            }}
            onDone={() => {
              view.dispatch(
                view.state.tr.setSelection(TextSelection.create(view.state.doc, chosen.at + 1)),
              );
              close(true);
            }}
            onRemove={() => {
              view.dispatch(view.state.tr.delete(chosen.at, chosen.at + 1));
              close(true);
            }}
          />
        </Floating>
      )}
      {state && (
        <div className={styles.under}>
          {compact && !readOnly && (
            <ActionIcon
              aria-label={t('editor.formatting')}
              title={t('editor.formatting')}
              aria-pressed={shown}
              className={styles.tool}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => {
                setShown(!shown);
                localStorage.setItem(toolsKept, shown ? '0' : '1');
              }}
            >
              <IconLetterCase size={16} stroke={1.5} aria-hidden="true" />
            </ActionIcon>
          )}
          {compact && !readOnly && !shown && (
            <EmojiMenu
              onEmoji={(emoji) => {
                act(insertText(emoji));
                view?.focus();
              }}
              stop={{ tabIndex: 0 }}
            />
          )}
          <Foot
            id={foot}
            rich={rich}
            state={state}
            caption={caption}
            quiet={compact}
            readOnly={readOnly}
            error={error}
            hint={hint}
            run={act}
            onLink={() => setForm('link')}
          />
        </div>
      )}
    </div>
  );
}

/** Opens the text, whatever it was written in. */
export default function Editor(props: EditorProps) {
  const { t } = useTranslation();
  const { rich, error, retry } = useRichText(props.message);
  if (rich === null && error) {
    return (
      <div className={styles.box} role="alert">
        <div className={styles.unread}>
          {t('editor.unread')}{' '}
          <Button size="xs" onClick={retry}>
            {t('ui.try_again')}
          </Button>
        </div>
      </div>
    );
  }
  if (rich === null) return <Waiting compact={props.compact ?? false} />;
  return (
    <OpenEditor
      {...props}
      rich={rich}
      error={props.error ?? (rich.fault ? t('editor.broken_markup') : undefined)}
    />
  );
}
