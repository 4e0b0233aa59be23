import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Bot } from '@/api/types';
import { startI18n } from '@/i18n';
import { Rate } from './Bots';

vi.mock('@/api/workspace', () => ({ useCan: () => () => true }));
beforeAll(() => startI18n('en'));

function show(bulk_per_second: number | null) {
  const mutate = vi.fn();
  const changing = { change: { mutate } } as unknown as Parameters<typeof Rate>[0]['changing'];
  render(
    <MantineProvider>
      <Rate bot={{ name: 'Shop', bulk_per_second } as Bot} changing={changing} />
    </MantineProvider>,
  );
  return { mutate, field: screen.getByRole('textbox') };
}

describe('the rate of a bot', () => {
  it('that is emptied is wrong, and not the default', async () => {
    const { mutate, field } = show(20);
    await userEvent.clear(field);
    await userEvent.tab();
    expect(field).not.toHaveAttribute('placeholder', 'default');
    expect(field).toHaveAccessibleDescription('Enter a whole number from 1 to 1,000.');
    expect(mutate).not.toHaveBeenCalled();
  });
  it('that was never set is the default while the field is empty', async () => {
    const { mutate, field } = show(null);
    await userEvent.click(field);
    await userEvent.tab();
    expect(field).toHaveAttribute('placeholder', 'default');
    expect(field).toBeValid();
    expect(mutate).not.toHaveBeenCalled();
  });
  it('beyond what a bot may have is not saved as the greatest', async () => {
    const { mutate, field } = show(20);
    await userEvent.clear(field);
    await userEvent.type(field, '5000');
    await userEvent.tab();
    expect(field).toBeInvalid();
    expect(mutate).not.toHaveBeenCalled();
  });
});
