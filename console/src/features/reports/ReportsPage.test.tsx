import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { HttpResponse } from 'msw';
import { on, openPage, session, withServer } from '@/test/page';

const server = withServer();

const files: { file: Blob; name: string }[] = [];
vi.mock('@/ui/download', () => ({
  save: (file: Blob, name: string) => void files.push({ file, name }),
}));
const textOf = (file: Blob) =>
  new Promise<string>((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.readAsText(file);
  });
beforeEach(() => void files.splice(0));

const cells = (line: string | undefined) => (line ?? '').split(',');

describe('the reports', () => {
  it('are downloaded as they stand: sorted, with numbers that a spreadsheet reads', async () => {
    openPage('/reports?of=links&sort=-share');
    await userEvent.click(await screen.findByRole('button', { name: 'Download CSV' }));
    const lines = (await textOf(files[0]!.file)).split('\r\n');
    expect(files[0]!.name).toMatch(/^lantern__daily_bot-links-\d{4}-\d\d-\d\d\.csv$/);
    const heads = cells(lines[0]);
    expect(lines.slice(1, 4).map((line) => cells(line)[0])).toEqual([
      'google-brand',
      'fb-summer',
      'tw-launch',
    ]);
    const of = (line: number, head: string) => cells(lines[line])[heads.indexOf(head)];
    expect(of(2, 'Visits')).toBe('1204');
    expect(Number(of(1, 'Retention rate'))).toBeCloseTo(211 / 297);
    // Nobody could be retained yet: nothing, and not zero.
    expect(of(3, 'Retention rate')).toBe('');
  });
  it('of campaigns name those that were started, with what each changed', async () => {
    openPage('/reports');
    const table = await screen.findByRole('table', { name: 'What campaigns changed' });
    expect(within(table).queryByText('Winter preview')).toBeNull();
    const row = within(table).getByRole('row', { name: /Flash sale/ });
    expect(await within(row).findByRole('link', { name: '22.9%' })).toHaveAttribute(
      'href',
      expect.stringContaining('/contacts?e='),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Sent' }));
    expect(within(table).getByRole('columnheader', { name: 'Sent' })).toHaveAttribute(
      'aria-sort',
      'descending',
    );
    expect(within(table).getAllByRole('row')[1]).toHaveTextContent('Flash sale');
  });
  it('tell the lift in points, on the screen and in the file', async () => {
    openPage('/reports');
    const table = within(await screen.findByRole('table', { name: 'What campaigns changed' }));
    const head = 'Reply lift (points)';
    const heads = table.getAllByRole('columnheader').map((each) => each.textContent);
    const row = table.getByRole('row', { name: /Flash sale/ });
    await within(row).findByText('(may be chance)');
    const seen = within(row).getAllByRole('cell')[heads.indexOf(head)]?.textContent;
    await userEvent.click(screen.getByRole('button', { name: 'Download CSV' }));
    const lines = (await textOf(files[0]!.file)).trim().split('\r\n');
    const fileHeads = cells(lines[0]);
    // Counted from the end: the audience of a campaign may have commas.
    const of = (name: string) =>
      cells(lines.find((line) => line.startsWith('Flash sale'))).at(
        fileHeads.indexOf(name) - fileHeads.length,
      );
    expect(fileHeads).toContain(head);
    expect(seen).toContain(Number(of(head)).toFixed(1));
    expect(of('Reply lift from (points)')).toBe('0.4');
    expect(of('Reply lift to (points)')).toBe('6');
  });
  it('lead to a segment only who may make one', async () => {
    const agent = session.roles.find(({ role }) => role === 'agent')!.rights;
    server.use(on('get', '/session').answers(() => ({ ...session, rights: agent })));
    openPage('/reports?of=links');
    await screen.findByRole('link', { name: '612' });
    expect(screen.queryByRole('link', { name: /Save as segment/ })).toBeNull();
  });
  it('say what failed and try again, and what would stand there when there is nothing', async () => {
    server.use(
      on('get', '/links').answers(() => HttpResponse.json({ code: 'internal' }, { status: 500 })),
    );
    openPage('/reports?of=links');
    expect(await screen.findByRole('alert')).toHaveTextContent('Could not load links.');
    server.use(on('get', '/links').answers(() => ({ items: [] })));
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('heading', { name: 'No links yet' })).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Download CSV' })).toBeNull();
  });
});
