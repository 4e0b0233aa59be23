import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { openPage, withServer } from '@/test/page';
import { fitting } from './chosenColumns';

withServer();
afterEach(() => localStorage.clear());
const tags = (...names: string[]) => names.map((name) => ({ name }));

describe('the tags of a row', () => {
  it('are all there where they fit, however many', () => {
    expect(fitting(tags('a', 'b', 'c', 'd', 'e'))[1]).toEqual([]);
  });
  it('leave the rest where they are long, and Chinese ones are wide', () => {
    const [shown, rest] = fitting(tags('a long name indeed', 'another long name', 'third'));
    expect([shown.length, rest.length]).toEqual([2, 1]);
    expect(fitting(tags('兴趣-历史与文化', '兴趣-科技', '兴趣-人工智能'))[0]).toHaveLength(2);
    expect(fitting(tags('x'.repeat(90)))[0]).toHaveLength(1);
  });
});

describe('the columns of the contacts', () => {
  it('are chosen, and stay chosen in this browser', async () => {
    const first = openPage('/contacts');
    await userEvent.click(await screen.findByRole('button', { name: /^Columns/ }));
    await userEvent.click(await screen.findByRole('checkbox', { name: 'Telegram id' }));
    await userEvent.click(screen.getByRole('checkbox', { name: 'Language' }));
    const heads = () =>
      within(screen.getByRole('table'))
        .getAllByRole('columnheader')
        .map((head) => head.textContent);
    expect(heads()).toContain('Telegram id');
    expect(heads()).not.toContain('Language');
    first.unmount();
    openPage('/contacts');
    await screen.findByRole('table');
    expect(heads()).toContain('Telegram id');
    expect(heads()).not.toContain('Language');
  });
});
