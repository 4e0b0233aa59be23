import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startI18n } from '@/i18n';
import { toast, toastFailure } from './toast';

beforeAll(() => startI18n('en'));
afterEach(() => vi.useRealTimers());

const show = () => {
  vi.useFakeTimers();
  render(
    <MantineProvider env="test">
      <Notifications />
    </MantineProvider>,
  );
};
const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

describe('a message of the console', () => {
  it('about what happened goes by itself', async () => {
    show();
    act(() => toast('Saved'));
    expect(screen.getByText('Saved')).toBeVisible();
    await wait(60_000);
    expect(screen.queryByText('Saved')).toBeNull();
  });
  it('about what failed stays until it is put away', async () => {
    show();
    act(() => toastFailure('The draft was not deleted.', 'The server is away.'));
    await wait(60_000);
    expect(screen.getByText('The server is away.', { exact: false })).toBeVisible();
    fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    await wait(1_000);
    expect(screen.queryByText('The server is away.', { exact: false })).toBeNull();
  });
  it('leads back once', async () => {
    show();
    const run = vi.fn();
    act(() => toast('Archived', { label: 'Undo', run }));
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(run).toHaveBeenCalledOnce();
    await wait(1_000);
    expect(screen.queryByText('Archived')).toBeNull();
  });
});
