import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { everyone } from '@/api/expressions';
import { startI18n } from '@/i18n';
import { Subtraction } from './AudienceStep';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ className, children }: { className: string; children: React.ReactNode }) => (
    <a className={className}>{children}</a>
  ),
}));
beforeAll(() => startI18n('en'));

const data = {
  match: 1500,
  left_out: 37,
  held_out: 146,
  writes_to: 1317,
  seconds: 44,
  finishes_at: 0,
  warnings: [],
};
const show = (state: { isError: boolean; isPlaceholderData: boolean }) =>
  render(
    <MantineProvider>
      <Subtraction audience={everyone} forecast={{ data, ...state }} />
    </MantineProvider>,
  ).container;

describe('from those who match to those who get it', () => {
  it('greys every figure of an older draft', () => {
    show({ isError: false, isPlaceholderData: true });
    for (const figure of ['−37', '−146', '1,317'])
      expect(screen.getByText(figure)).toHaveClass('stale');
  });
  it('shows them plain once they are of this draft', () => {
    show({ isError: false, isPlaceholderData: false });
    for (const figure of ['−37', '−146', '1,317'])
      expect(screen.getByText(figure)).not.toHaveClass('stale');
  });
  it('shows none of a draft that cannot be counted', () => {
    expect(show({ isError: true, isPlaceholderData: false })).not.toHaveTextContent('1,317');
  });
});
