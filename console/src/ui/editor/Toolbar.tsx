import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconBlockquote,
  IconBold,
  IconBraces,
  IconCode,
  IconEyeOff,
  IconItalic,
  IconLink,
  IconStrikethrough,
  IconTerminal2,
  IconUnderline,
  type Icon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { redo, redoDepth, undo, undoDepth } from 'prosemirror-history';
import type { Command, EditorState } from 'prosemirror-state';
import { type KeyboardEvent, type RefObject, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { attributesQuery } from '@/api/queries';
import { attributeField, profileFields } from '@/ui/telegram/template';
import {
  codeAround,
  isMarked,
  linkAround,
  quoteAround,
  toggle,
  toggleCodeBlock,
  toggleQuote,
} from './commands';
import styles from './editor.module.css';
import { EmojiMenu } from './EmojiMenu';
import { shownKeys, spokenKeys } from './shortcut';

interface Tool {
  name: string;
  icon: Icon;
  keys: string;
  run: Command;
  pressed: (state: EditorState) => boolean;
}

const mark = (
  name: 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler' | 'code',
  icon: Icon,
  keys: string,
): Tool => ({ name, icon, keys, run: toggle(name), pressed: (state) => isMarked(state, name) });
const marks: Tool[] = [
  mark('bold', IconBold, 'Mod-b'),
  mark('italic', IconItalic, 'Mod-i'),
  mark('underline', IconUnderline, 'Mod-u'),
  mark('strike', IconStrikethrough, 'Shift-Mod-x'),
  mark('spoiler', IconEyeOff, 'Shift-Mod-p'),
];
const blocks: Tool[] = [
  mark('code', IconCode, 'Mod-e'),
  {
    name: 'pre',
    icon: IconTerminal2,
    keys: 'Shift-Mod-e',
    run: toggleCodeBlock,
    pressed: (state) => codeAround(state) !== null,
  },
  {
    name: 'quote',
    icon: IconBlockquote,
    keys: 'Shift-Mod-.',
    run: toggleQuote,
    pressed: (state) => quoteAround(state) !== null,
  },
];

interface ToolbarProps {
  state: EditorState;
  run: (command: Command) => void;
  onLink: () => void;
  onField: (name: string) => void;
  onEmoji: (emoji: string) => void;
  onEscape: () => void;
  bar: RefObject<HTMLDivElement | null>;
}

/** One stop for the Tab key; the arrows go from tool to tool. */
function useRoving(bar: RefObject<HTMLDivElement | null>, onEscape: () => void) {
  const [at, setAt] = useState(0);
  const tools = () => [...(bar.current?.querySelectorAll<HTMLButtonElement>('[data-tool]') ?? [])];
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onEscape();
    const all = tools();
    const here = all.findIndex((tool) => tool === document.activeElement);
    const steps: Record<string, number> = {
      ArrowRight: here + 1,
      ArrowLeft: here - 1,
      Home: 0,
      End: all.length - 1,
    };
    const step = steps[event.key];
    if (here < 0 || step === undefined) return;
    const next = (step + all.length) % all.length;
    event.preventDefault();
    setAt(next);
    all[next]?.focus();
  };
  const onFocus = () => {
    const here = tools().findIndex((tool) => tool === document.activeElement);
    if (here >= 0) setAt(here);
  };
  let count = 0;
  const stop = () => {
    const mine = count;
    count += 1;
    return { 'data-tool': '', tabIndex: mine === at ? 0 : -1 };
  };
  return { onKeyDown, onFocus, stop };
}

function FieldMenu({
  onField,
  stop,
}: {
  onField: (name: string) => void;
  stop: { tabIndex: number };
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const attributes = useQuery({ ...attributesQuery(), enabled: open });
  return (
    <Menu opened={open} onChange={setOpen} position="bottom-start" width={220} returnFocus={false}>
      <Menu.Target>
        <ActionIcon
          {...stop}
          className={styles.wide}
          aria-label={t('editor.field')}
          onMouseDown={(event) => event.preventDefault()}
        >
          <IconBraces size={16} stroke={1.5} aria-hidden="true" />
          <span className={styles.wideText}>{t('editor.field')}</span>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown className={styles.menu}>
        <Menu.Label>{t('editor.profile')}</Menu.Label>
        {profileFields.map((name) => (
          <Menu.Item key={name} onClick={() => onField(name)}>
            {t(`editor.field_name.${name}`)}
          </Menu.Item>
        ))}
        <Menu.Label>{t('editor.attributes')}</Menu.Label>
        {attributes.data?.items.map(({ key }) => (
          <Menu.Item key={key} onClick={() => onField(attributeField(key))}>
            <bdi className="cut">{key}</bdi>
          </Menu.Item>
        ))}
        {attributes.data?.items.length === 0 && (
          <p className={styles.menuNote}>{t('editor.no_attributes')}</p>
        )}
        {attributes.isPending && <p className={styles.menuNote}>{t('ui.loading')}</p>}
        {attributes.error && <p className={styles.menuNote}>{t('editor.attributes_failed')}</p>}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What a tool does and its keys, or that it does nothing where the cursor is. */
function ToolLabel({ name, keys, disabled }: { name: string; keys: string; disabled: boolean }) {
  const { t } = useTranslation();
  const tool = t(`editor.tool.${name}`);
  if (disabled) return t('editor.not_here', { tool });
  return (
    <>
      {tool} <span className={styles.keys}>{shownKeys(keys)}</span>
    </>
  );
}

export function Toolbar({ state, run, onLink, onField, onEmoji, onEscape, bar }: ToolbarProps) {
  const { t } = useTranslation();
  const { stop, ...roving } = useRoving(bar, onEscape);
  const button = (
    name: string,
    icon: Icon,
    keys: string,
    press: () => void,
    { pressed, disabled = false }: { pressed?: boolean; disabled?: boolean } = {},
  ) => {
    const Shown = icon;
    return (
      <Tooltip key={name} label={<ToolLabel name={name} keys={keys} disabled={disabled} />}>
        <ActionIcon
          {...stop()}
          className={styles.tool}
          aria-label={t(`editor.tool.${name}`)}
          aria-keyshortcuts={spokenKeys(keys)}
          {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
          aria-disabled={disabled}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => !disabled && press()}
        >
          <Shown size={16} stroke={1.5} aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
    );
  };
  const tool = ({ name, icon, keys, run: command, pressed }: Tool) =>
    button(name, icon, keys, () => run(command), {
      pressed: pressed(state),
      disabled: !command(state),
    });
  return (
    <div
      ref={bar}
      className={styles.bar}
      role="toolbar"
      aria-label={t('editor.formatting')}
      {...roving}
    >
      {marks.map(tool)}
      <span className={styles.gap} />
      {button('link', IconLink, 'Mod-k', onLink, {
        pressed: linkAround(state) !== null,
        disabled: codeAround(state) !== null,
      })}
      {blocks.map(tool)}
      <span className={styles.gap} />
      <FieldMenu onField={onField} stop={stop()} />
      <EmojiMenu onEmoji={onEmoji} stop={stop()} />
      <span className={styles.gap} />
      {button('undo', IconArrowBackUp, 'Mod-z', () => run(undo), {
        disabled: undoDepth(state) === 0,
      })}
      {button('redo', IconArrowForwardUp, 'Shift-Mod-z', () => run(redo), {
        disabled: redoDepth(state) === 0,
      })}
    </div>
  );
}
