import { ActionIcon, Popover } from '@mantine/core';
import { IconMoodSmile } from '@tabler/icons-react';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './editor.module.css';
import { emojiGroups, recentEmoji, rememberEmoji } from './emoji';

const COLUMNS = 8;
const steps: Record<string, number> = {
  ArrowRight: 1,
  ArrowLeft: -1,
  ArrowDown: COLUMNS,
  ArrowUp: -COLUMNS,
};

/** The arrows go from one emoji to the next, over the kinds. */
function moveInGrid(event: KeyboardEvent<HTMLElement>) {
  const step = steps[event.key];
  const all = [...event.currentTarget.querySelectorAll('button')];
  const here = all.findIndex((each) => each === document.activeElement);
  if (step === undefined || here < 0) return;
  event.preventDefault();
  event.stopPropagation();
  all[Math.max(0, Math.min(all.length - 1, here + step))]?.focus();
}

function EmojiGrid({ onTake }: { onTake: (emoji: string) => void }) {
  const { t } = useTranslation();
  const recent = recentEmoji();
  const shown = [
    ...(recent.length > 0 ? [{ name: 'recent' as const, emoji: recent }] : []),
    ...emojiGroups,
  ];
  return (
    <div className={styles.emojis} onKeyDown={moveInGrid}>
      {shown.map(({ name, emoji }, group) => (
        <section key={name} aria-label={t(`editor.emoji_group.${name}`)}>
          <h3>{t(`editor.emoji_group.${name}`)}</h3>
          <div className={styles.emojiGrid}>
            {emoji.map((each, index) => (
              <button
                key={each}
                type="button"
                data-mantine-stop-propagation
                tabIndex={group === 0 && index === 0 ? 0 : -1}
                {...(group === 0 && index === 0 ? { 'data-autofocus': true } : {})}
                onClick={() => onTake(each)}
              >
                {each}
              </button>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

/** Native emoji by kind, those taken last first. */
export function EmojiMenu({
  onEmoji,
  stop,
}: {
  onEmoji: (emoji: string) => void;
  stop: { tabIndex: number };
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const take = (emoji: string) => {
    rememberEmoji(emoji);
    setOpen(false);
    onEmoji(emoji);
  };
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-start"
      trapFocus
      returnFocus
      width={296}
    >
      <Popover.Target>
        <ActionIcon
          {...stop}
          aria-label={t('editor.emoji')}
          title={t('editor.emoji')}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => setOpen(!open)}
        >
          <IconMoodSmile size={16} stroke={1.5} aria-hidden="true" />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={8} aria-label={t('editor.emoji')}>
        <EmojiGrid onTake={take} />
      </Popover.Dropdown>
    </Popover>
  );
}
