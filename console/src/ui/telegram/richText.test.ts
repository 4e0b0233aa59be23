import { describe, expect, it } from 'vitest';
import { fillVariables } from './richText';
import { measure, readTemplate, writeTemplate } from './template';

const hi = {
  text: 'Hi {first_name|friend}, five',
  entities: [
    { type: 'italic', offset: 0, length: 22 },
    { type: 'bold', offset: 24, length: 4 },
  ],
};

describe('fillVariables', () => {
  it('moves the entities behind a value and stretches the ones around it', () => {
    const filled = fillVariables(hi, { first_name: 'Анна' });
    expect(filled.text).toBe('Hi Анна, five');
    expect(
      filled.entities.map((entity) =>
        filled.text.slice(entity.offset, entity.offset + entity.length),
      ),
    ).toEqual(['Hi Анна', 'five']);
  });
  it('uses the fallback, and never reads a value as a variable', () => {
    expect(fillVariables(hi, {}).text).toBe('Hi friend, five');
    expect(fillVariables(hi, { first_name: '{last_name}' }).text).toBe('Hi {last_name}, five');
  });
  it('reads double braces as braces, with the entities behind them', () => {
    const filled = fillVariables(
      { text: '{{a}} b', entities: [{ type: 'bold', offset: 6, length: 1 }] },
      { a: 'x' },
    );
    expect(filled).toEqual({ text: '{a} b', entities: [{ type: 'bold', offset: 4, length: 1 }] });
  });
});

describe('a template', () => {
  it('is written as it was read', () => {
    for (const source of [
      '',
      '{first_name}',
      'a{{b}}c',
      '🏟{attr.last book|那本书}🏟',
      '{username|a|b}',
    ]) {
      const { text, fields } = readTemplate(source);
      expect(writeTemplate(text, fields).source).toBe(source);
    }
  });
  it('counts as the server does: braces once, 64 or the fallback for each field', () => {
    expect(measure('a🏟{{')).toMatchObject({ units: 4, reserved: 0 });
    expect(measure('Hi {first_name|friend}!')).toMatchObject({ units: 4 + 64, reserved: 64 });
    expect(measure(`{first_name|${'x'.repeat(70)}}`)).toMatchObject({ units: 70, reserved: 70 });
  });
});
