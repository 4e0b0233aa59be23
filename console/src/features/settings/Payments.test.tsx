import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { startI18n } from '@/i18n';
import { PaymentsForm } from './Payments';

beforeAll(() => startI18n('en'));

describe('payments of a bot', () => {
  const show = (words: string) => {
    const onSave = vi.fn();
    render(
      <MantineProvider>
        <PaymentsForm
          words={words}
          error={null}
          isSaving={false}
          onSave={onSave}
          onCancel={() => {}}
        />
      </MantineProvider>,
    );
    return onSave;
  };
  it('are declined with the words that are given', async () => {
    const onSave = show('');
    const button = screen.getByRole('button', { name: 'Let payments go on' });
    expect(button).toHaveAccessibleDescription('Nothing has changed.');
    expect(button).toHaveAttribute('aria-disabled', 'true');
    await userEvent.type(screen.getByRole('textbox'), '  We are closed today. ');
    await userEvent.click(screen.getByRole('button', { name: 'Decline payments' }));
    expect(onSave).toHaveBeenCalledWith('We are closed today.');
  });
  it('go on again without words', async () => {
    const onSave = show('We are closed today.');
    await userEvent.clear(screen.getByRole('textbox'));
    await userEvent.click(screen.getByRole('button', { name: 'Let payments go on' }));
    expect(onSave).toHaveBeenCalledWith('');
  });
});
