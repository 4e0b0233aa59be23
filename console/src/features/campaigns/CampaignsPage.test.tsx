import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { openPage, withServer } from '@/test/page';

withServer();

describe('the results of campaigns', () => {
  it('say in words, not by colour alone, whether a lift is clear', async () => {
    openPage('/campaigns');
    const results = within(await screen.findByRole('region', { name: 'Results' }));
    expect((await results.findAllByText('(may be chance)'))[0]).toHaveClass('unseen');
  });
});
