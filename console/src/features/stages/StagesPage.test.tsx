import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { on, openPage, withServer } from '@/test/page';

const server = withServer();

describe('the flow between the stages', () => {
  it('is greyed while it is of the days before', async () => {
    openPage('/stages');
    const flow = within(await screen.findByRole('region', { name: 'Flow between stages' }));
    const drawing = (await flow.findByRole('img')).closest('.aged');
    expect(drawing).not.toHaveAttribute('data-stale');
    server.use(on('get', '/home').answers(() => new Promise(() => undefined)));
    await userEvent.click(flow.getByRole('radio', { name: /90/ }));
    expect(drawing).toHaveAttribute('data-stale', 'true');
  });
});
