import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { beforeAll, describe, expect, it } from 'vitest';
import { startI18n } from '@/i18n';
import { AmountInput } from './AmountInput';

beforeAll(() => startI18n('en'));

function Field(limits: { min: number; max?: number; decimals?: number; mayBeEmpty?: boolean }) {
  const [value, setValue] = useState<number | null>(10);
  return (
    <>
      <AmountInput {...limits} aria-label="Amount" value={value} onAmount={setValue} />
      <output>{value === null ? 'none' : value}</output>
      <button type="button" onClick={() => setValue(42)}>
        Set
      </button>
    </>
  );
}
async function typed(text: string, limits: Parameters<typeof Field>[0]) {
  render(
    <MantineProvider>
      <Field {...limits} />
    </MantineProvider>,
  );
  const field = screen.getByRole('textbox', { name: 'Amount' });
  await userEvent.clear(field);
  if (text) await userEvent.type(field, text);
  await userEvent.tab();
  return field;
}

describe('an amount', () => {
  it.each([
    ['that is empty', ''],
    ['that is zero', '0'],
    ['beyond the greatest', '5000'],
    ['with a decimal', '1.5'],
    ['of more digits than a number holds', '999999999999'],
  ])('%s is none, stays as it was typed and says what is taken', async (_, text) => {
    const field = await typed(text, { min: 1, max: 1000 });
    expect(screen.getByRole('status')).toHaveTextContent('none');
    expect(field).toHaveValue(text);
    expect(field).toBeInvalid();
    expect(field).toHaveAccessibleDescription('Enter a whole number from 1 to 1,000.');
  });
  it('that is in its limits is taken', async () => {
    const field = await typed('1000', { min: 1, max: 1000 });
    expect(screen.getByRole('status')).toHaveTextContent('1000');
    expect(field).toBeValid();
  });
  it('without a greatest names the least', async () => {
    const field = await typed('', { min: 1 });
    expect(field).toHaveAccessibleDescription('Enter a whole number of at least 1.');
  });
  it('may have as many decimals as it is told', async () => {
    const field = await typed('0.25', { min: 0.01, max: 100, decimals: 2 });
    expect(screen.getByRole('status')).toHaveTextContent('0.25');
    await userEvent.type(field, '5');
    expect(screen.getByRole('status')).toHaveTextContent('none');
    expect(field).toHaveAccessibleDescription(
      'Enter a number from 0.01 to 100, with at most 2 decimals.',
    );
  });
  it('that may be empty is right when it is', async () => {
    expect(await typed('', { min: 1, max: 1000, mayBeEmpty: true })).toBeValid();
  });
  it('follows what is set elsewhere', async () => {
    const field = await typed('5000', { min: 1, max: 1000 });
    await userEvent.click(screen.getByRole('button', { name: 'Set' }));
    expect(field).toHaveValue('42');
    expect(field).toBeValid();
  });
});
