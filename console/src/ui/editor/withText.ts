import type { Message } from '@/api/types';
import type { WrittenText } from '@/ui/telegram/richText';

/** A message with another text. It is stored with entities, whatever it was written in before. */
export function withText(message: Message, { text, entities }: WrittenText): Message {
  const next: Message = { ...message, text, entities };
  delete next.format;
  return next;
}
