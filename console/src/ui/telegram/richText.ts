/** A message's text as Telegram has it: plain characters and entities, with offsets in UTF-16 units as JavaScript counts them. */
import type { Entity, ForeignEntity } from '@/api/types';
import { readTemplate } from './template';

export interface RichText {
  text: string;
  entities: ForeignEntity[];
}
/** The same where a message can be made of it. */
export interface WrittenText extends RichText {
  entities: Entity[];
}

/** Puts a person's values in place of `{first_name|friend}`, moving the entities along. */
export function fillVariables(
  { text, entities }: RichText,
  values: Record<string, string>,
): RichText {
  const template = readTemplate(text);
  const places: number[] = [];
  let filled = '';
  for (let at = 0; at < template.text.length; at += 1) {
    places.push(filled.length);
    const field = template.fields.get(at);
    filled += field ? values[field.name] || field.fallback : template.text.charAt(at);
  }
  places.push(filled.length);
  const place = (at: number, side: 'begin' | 'end') =>
    places[template.place(at, side)] ?? filled.length;
  const moved = entities.map((entity) => {
    const offset = place(entity.offset, 'begin');
    return { ...entity, offset, length: place(entity.offset + entity.length, 'end') - offset };
  });
  return { text: filled, entities: moved.filter((entity) => entity.length > 0) };
}
