/** The editor's document and a message's text with entities, each made from the other without loss. */
import type { Mark, Node } from 'prosemirror-model';
import type { Entity, ForeignEntity } from '@/api/types';
import type { RichText, WrittenText } from '@/ui/telegram/richText';
import { FIELD_CHARACTER, type Field, readTemplate, writeTemplate } from '@/ui/telegram/template';
import { nested } from './nesting';
import { schema } from './schema';

const isQuote = (entity: ForeignEntity) =>
  entity.type === 'blockquote' || entity.type === 'expandable_blockquote';
const end = (entity: ForeignEntity) => entity.offset + entity.length;

function markOf(entity: ForeignEntity): Mark | null {
  switch (entity.type) {
    case 'bold':
      return schema.mark('bold');
    case 'italic':
      return schema.mark('italic');
    case 'underline':
      return schema.mark('underline');
    case 'strikethrough':
      return schema.mark('strike');
    case 'spoiler':
      return schema.mark('spoiler');
    case 'code':
      return schema.mark('code');
    case 'text_link':
      return schema.mark('link', { href: entity.url ?? '' });
    case 'date_time':
      return schema.mark('time', {
        unix: entity.unix_time ?? 0,
        format: entity.date_time_format ?? null,
      });
    default:
      return null;
  }
}

/** What an entity does, wherever it stands. */
type Effect = Entity extends infer Kind
  ? Kind extends Entity
    ? Omit<Kind, 'offset' | 'length'>
    : never
  : never;
type PlainMark = 'bold' | 'italic' | 'underline' | 'spoiler' | 'code';

function entityOf(mark: Mark): Effect {
  switch (mark.type.name) {
    case 'strike':
      return { type: 'strikethrough' };
    case 'link':
      return { type: 'text_link', url: String(mark.attrs.href) };
    case 'time':
      return {
        type: 'date_time',
        unix_time: Number(mark.attrs.unix),
        ...(mark.attrs.format ? { date_time_format: String(mark.attrs.format) } : {}),
      };
    default:
      return { type: mark.type.name as PlainMark };
  }
}

/** Reads one text, whose fields are single characters already. */
class Reader {
  constructor(
    private readonly text: string,
    private readonly fields: Map<number, Field>,
    private readonly entities: ForeignEntity[],
  ) {}

  doc(): Node {
    const blocks = this.blocks(
      0,
      this.text.length,
      this.holders((entity) => isQuote(entity) || entity.type === 'pre'),
    );
    return schema.node('doc', null, blocks.length > 0 ? blocks : [schema.node('line')]);
  }

  /** Entities that are blocks, none inside or across another. */
  private holders(wanted: (entity: ForeignEntity) => boolean): ForeignEntity[] {
    const found: ForeignEntity[] = [];
    // A code block inside a quotation belongs to the quotation, so quotations come first.
    const all = this.entities.filter((entity) => wanted(entity) && entity.length > 0);
    for (const entity of [...all.filter(isQuote), ...all.filter((each) => !isQuote(each))]) {
      if (!found.some((other) => entity.offset < end(other) && other.offset < end(entity)))
        found.push(entity);
    }
    return found.sort((a, b) => a.offset - b.offset);
  }

  private blocks(from: number, to: number, holders: ForeignEntity[]): Node[] {
    const blocks: Node[] = [];
    let at = from;
    let glued = false;
    for (const holder of holders) {
      glued = this.lines(at, holder.offset, blocks, true);
      blocks.push(this.block(holder, glued && blocks.length > 0));
      at = end(holder);
    }
    this.lines(at, to, blocks, false);
    return blocks;
  }

  /** Lines between two blocks. Says whether the next block follows without a line break. */
  private lines(from: number, to: number, blocks: Node[], goesOn: boolean): boolean {
    const follows = blocks.length > 0;
    if (from === to && (follows || goesOn)) return follows;
    let at = from;
    let glued = follows;
    if (follows && this.text[at] === '\n') {
      at += 1;
      glued = false;
    }
    for (;;) {
      const found = this.text.indexOf('\n', at);
      const stop = found < 0 || found >= to ? to : found;
      // The break before a block is the block's own, not an empty line.
      if (stop === to && at === to && goesOn) return false;
      blocks.push(schema.node('line', { glued }, this.inline(at, stop, true)));
      glued = false;
      if (stop === to) return goesOn;
      at = stop + 1;
    }
  }

  private block(entity: ForeignEntity, glued: boolean): Node {
    if (entity.type === 'pre')
      return schema.node(
        'pre',
        { glued, language: entity.language ?? null },
        this.inline(entity.offset, end(entity), false),
      );
    const inside = this.holders(
      (each) => each.type === 'pre' && each.offset >= entity.offset && end(each) <= end(entity),
    );
    return schema.node(
      'quote',
      { glued, expandable: entity.type === 'expandable_blockquote' },
      this.blocks(entity.offset, end(entity), inside),
    );
  }

  private inline(from: number, to: number, marked: boolean): Node[] {
    if (from >= to) return [];
    const over = marked
      ? this.entities.filter((entity) => entity.offset < to && end(entity) > from)
      : [];
    const borders = [
      from,
      to,
      ...over.flatMap((entity) => [entity.offset, end(entity)]),
      ...[...this.fields.keys()].flatMap((at) => [at, at + 1]),
    ];
    const places = [...new Set(borders)]
      .filter((at) => at >= from && at <= to)
      .sort((a, b) => a - b);
    const nodes: Node[] = [];
    places.slice(1).forEach((stop, index) => {
      const at = places[index] ?? from;
      const covering = over.filter((entity) => entity.offset <= at && end(entity) >= stop);
      const marks = covering.reduce(
        (set: readonly Mark[], entity) => markOf(entity)?.addToSet(set) ?? set,
        [],
      );
      const emoji = covering.find((entity) => entity.type === 'custom_emoji');
      const field = this.fields.get(at);
      if (field) nodes.push(schema.node('field', { ...field }, undefined, marks));
      else if (emoji)
        nodes.push(
          schema.node(
            'emoji',
            { id: emoji.custom_emoji_id ?? '', shown: this.text.slice(at, stop) },
            undefined,
            marks,
          ),
        );
      else nodes.push(schema.text(this.text.slice(at, stop), marks));
    });
    return nodes;
  }
}

/** Opens a text with its entities. */
export function readDocument({ text, entities }: Pick<RichText, 'text' | 'entities'>): Node {
  const code = entities.filter((entity) => entity.type === 'code' || entity.type === 'pre');
  const template = readTemplate(text, (at) =>
    code.some((entity) => entity.offset <= at && at < end(entity)),
  );
  const placed = entities.map((entity) => {
    const offset = template.place(entity.offset, 'begin');
    return { ...entity, offset, length: template.place(end(entity), 'end') - offset };
  });
  return new Reader(template.text, template.fields, placed).doc();
}

/** A mark that may go on in the next line. Two codes in two lines are tapped one by one, so they stay two. */
const spansLines = (mark: Mark) =>
  mark.type.name !== 'code' && mark.type.name !== 'link' && mark.type.name !== 'time';

interface Run {
  mark: Mark;
  holder: Node;
  from: number;
  to: number;
}

class Writer {
  private text = '';
  private readonly fields = new Map<number, Field>();
  private readonly entities: Entity[] = [];
  private readonly runs: Run[] = [];
  /** Where the last letter or field ended: only line breaks stand behind it. */
  private lastEnd = 0;

  blocks(holder: Node) {
    holder.forEach((block, _, index) => {
      if (index > 0 && !block.attrs.glued) this.text += '\n';
      const offset = this.text.length;
      if (block.type.name === 'quote') this.blocks(block);
      else this.inline(block, holder);
      const length = this.text.length - offset;
      if (length === 0) return;
      if (block.type.name === 'quote')
        this.entities.push({
          type: block.attrs.expandable ? 'expandable_blockquote' : 'blockquote',
          offset,
          length,
        });
      if (block.type.name === 'pre')
        this.entities.push({
          type: 'pre',
          offset,
          length,
          ...(block.attrs.language ? { language: String(block.attrs.language) } : {}),
        });
    });
  }

  private inline(block: Node, holder: Node) {
    block.forEach((leaf, _, index) => {
      const from = this.text.length;
      if (leaf.type.name === 'field') {
        this.fields.set(from, {
          name: String(leaf.attrs.name),
          fallback: String(leaf.attrs.fallback),
        });
        this.text += FIELD_CHARACTER;
      } else if (leaf.type.name === 'emoji') {
        this.text += String(leaf.attrs.shown);
        this.entities.push({
          type: 'custom_emoji',
          offset: from,
          length: this.text.length - from,
          custom_emoji_id: String(leaf.attrs.id),
        });
      } else this.text += leaf.text ?? '';
      for (const mark of leaf.marks) this.mark(mark, holder, from, index === 0);
      this.lastEnd = this.text.length;
    });
  }

  private mark(mark: Mark, holder: Node, from: number, beginsLine: boolean) {
    const before = this.runs.findLast((run) => run.holder === holder && run.mark.eq(mark));
    if (before?.to === this.lastEnd && (!beginsLine || spansLines(mark)))
      before.to = this.text.length;
    else this.runs.push({ mark, holder, from, to: this.text.length });
  }

  end(): WrittenText {
    for (const { mark, from, to } of this.runs)
      this.entities.push({ ...entityOf(mark), offset: from, length: to - from });
    const { source, place } = writeTemplate(this.text, this.fields);
    const entities = nested(this.entities).map((entity) => ({
      ...entity,
      offset: place(entity.offset),
      length: place(end(entity)) - place(entity.offset),
    }));
    return { text: source, entities };
  }
}

/** The text with its entities that a message stores. */
export function writeDocument(doc: Node): WrittenText {
  const writer = new Writer();
  writer.blocks(doc);
  return writer.end();
}
