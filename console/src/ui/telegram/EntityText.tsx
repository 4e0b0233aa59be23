import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ForeignEntity } from '@/api/types';

function Spoiler({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  const { t } = useTranslation();
  if (shown) return <span className="tg-spoiler shown">{children}</span>;
  return (
    <button
      type="button"
      className="tg-spoiler"
      aria-label={t('ui.show_spoiler')}
      onClick={() => setShown(true)}
    >
      <span aria-hidden="true">{children}</span>
    </button>
  );
}

/** Only addresses that a browser may safely open become links; the rest is text. */
const isOpenable = (url: string) => /^(https?:|tg:|mailto:|tel:)/i.test(url);

function wrap(entity: ForeignEntity, inner: ReactNode, text: string, key: number): ReactNode {
  const url = entity.url ?? text.slice(entity.offset, entity.offset + entity.length);
  switch (entity.type) {
    case 'bold':
      return <b key={key}>{inner}</b>;
    case 'italic':
      return <i key={key}>{inner}</i>;
    case 'underline':
      return <u key={key}>{inner}</u>;
    case 'strikethrough':
      return <s key={key}>{inner}</s>;
    case 'code':
      return <code key={key}>{inner}</code>;
    case 'pre':
      return (
        <code key={key} className="tg-pre">
          {inner}
        </code>
      );
    case 'spoiler':
      return <Spoiler key={key}>{inner}</Spoiler>;
    case 'blockquote':
    case 'expandable_blockquote':
      return <blockquote key={key}>{inner}</blockquote>;
    case 'text_link':
    case 'url':
      return isOpenable(url) ? (
        <a key={key} href={url} target="_blank" rel="noreferrer noopener">
          {inner}
        </a>
      ) : (
        <span key={key} className="tg-link">
          {inner}
        </span>
      );
    case 'mention':
    case 'hashtag':
    case 'bot_command':
    case 'email':
    case 'phone_number':
      return (
        <span key={key} className="tg-link">
          {inner}
        </span>
      );
    default:
      return <span key={key}>{inner}</span>;
  }
}

/** Blocks stand on lines of their own; Telegram shows no further line for the break behind them. */
const isBlock = (entity: ForeignEntity) =>
  entity.type === 'pre' || entity.type === 'blockquote' || entity.type === 'expandable_blockquote';

function nest(text: string, entities: ForeignEntity[], from: number, to: number): ReactNode[] {
  const nodes: ReactNode[] = [];
  let at = from;
  entities.forEach((entity, index) => {
    if (entity.offset < at || entity.offset >= to) return;
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    const inside = entities
      .slice(index + 1)
      .filter((other) => other.offset >= entity.offset && other.offset < end);
    nodes.push(wrap(entity, nest(text, inside, entity.offset, end), text, index));
    at = isBlock(entity) && text[end] === '\n' && end < to ? end + 1 : end;
  });
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

/** Text with its entities as Telegram draws them. Markup in the text itself is only text. */
export function EntityText({ text, entities }: { text: string; entities: ForeignEntity[] }) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return <>{nest(text, sorted, 0, text.length)}</>;
}
