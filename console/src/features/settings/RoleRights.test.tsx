import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import en from '@/i18n/en';
import zh from '@/i18n/zh';
import { openPage, session, withServer } from '@/test/page';

withServer();

describe('what each role can do', () => {
  it('tells every right in the words of the glossary, with who has it', async () => {
    openPage('/settings');
    await userEvent.click(await screen.findByText('Everything each role can do'));
    const table = screen.getByRole('table', { name: 'Everything each role can do' });
    const links = within(table).getByRole('row', { name: /Create and change links/ });
    expect(within(links).getAllByText('cannot')).toHaveLength(1);
    const erase = within(table).getByRole('row', { name: /Delete people for good/ });
    expect(within(erase).getAllByText('cannot')).toHaveLength(2);
  });
  it('has words for each right in both languages', () => {
    const all = session.roles.flatMap(({ rights }) => rights);
    for (const words of [en, zh])
      expect(words.settings).toHaveProperty(
        'right',
        Object.fromEntries(all.map((right) => [right, expect.any(String)])),
      );
  });
});
