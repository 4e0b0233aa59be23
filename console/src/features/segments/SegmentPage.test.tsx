import { fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { on, openPage, withServer } from '@/test/page';

const server = withServer();
const breakdown = () => screen.findByRole('region', { name: 'Breakdown' });

describe('the breakdown of a segment', () => {
  it('tells each person’s source once: one field, and who has none', async () => {
    openPage('/segments/new');
    const rows = await within(await breakdown()).findAllByRole('listitem');
    expect(within(await breakdown()).getByRole('heading')).toHaveTextContent('By link');
    const told = rows.map((row) => row.textContent ?? '');
    expect(told.map((text) => text.replace(/[\d.,%]+$/, '')).sort()).toEqual([
      'fb-summer',
      'google-brand',
      'no link',
      'tg-channel',
      'tw-launch',
    ]);
    const shares = told.map((text) => Number(/(\d?\d\.\d)%$/.exec(text)?.[1]));
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(100, 0);
  });
  it('tells who has none as the server counted them, not as the shown groups leave over', async () => {
    const shown = { key: 'link=fb-summer', name: 'fb-summer', count: 300 };
    const preview = {
      count: 1000,
      reachable: 1000,
      left_out: 0,
      sample: [],
      took_us: 1,
      number: 1,
    };
    server.use(
      on('post', '/segments/preview').answers(() => ({
        ...preview,
        breakdown: [shown],
        without: { link: 10 },
      })),
    );
    openPage('/segments/new');
    const rows = await within(await breakdown()).findAllByRole('listitem');
    expect(rows.map((row) => row.textContent)).toEqual(['fb-summer30030.0%', 'no link101.0%']);
  });
  it('opens exactly the people of a row', async () => {
    openPage('/segments/new');
    const link = await within(await breakdown()).findByRole('link', { name: /^fb-summer/ });
    const { e } = Object.fromEntries(
      new URL(link.getAttribute('href')!, location.href).searchParams,
    );
    expect(JSON.parse(e!)).toEqual({ source: { link: 'fb-summer' } });
  });
});

describe('a condition that is added', () => {
  it('is found by another word, and has the focus in its first field', async () => {
    openPage('/segments/new');
    await userEvent.click(await screen.findByRole('button', { name: 'Condition' }));
    await userEvent.keyboard('inactive');
    const conditions = within(screen.getByRole('listbox', { name: 'Condition' }));
    expect(conditions.getAllByRole('option')).toHaveLength(1);
    await userEvent.keyboard('{Enter}');
    const field = await screen.findByRole('combobox', { name: 'Last active' });
    expect(field).toHaveFocus();
    expect(field.closest('.builder-line')).toHaveTextContent('were last active');
  });
  it('stands in groups', async () => {
    openPage('/segments/new');
    await userEvent.click(await screen.findByRole('button', { name: 'Condition' }));
    for (const group of ['Ready-made', 'Who they are', 'What they did', 'Campaigns and reach'])
      expect(screen.getByText(group)).toBeInTheDocument();
  });
});

describe('a saved segment', () => {
  it('keeps a description, and is duplicated with its conditions under another name', async () => {
    openPage('/segments/1');
    const description = await screen.findByRole('textbox', { name: 'Description' });
    fireEvent.change(description, { target: { value: 'For the book fair' } });
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    await screen.findByText('Saved');
    expect(screen.getByRole('textbox', { name: 'Description' })).toHaveValue('For the book fair');
    const more = screen.getAllByRole('button', { name: 'More' });
    await userEvent.click(more.find((button) => button.closest('.top-bar'))!);
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Duplicate' }));
    await screen.findByText('Not saved yet');
    const names = screen.getAllByRole('textbox', { name: 'Name' });
    expect(names[0]).toHaveValue('Tech or AI, warm, copy');
  });
});
