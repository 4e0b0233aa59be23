import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { on, openPage, problem, withServer } from '@/test/page';

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

describe('the days since the last interaction', () => {
  const chart = async () => within(await screen.findByRole('region', { name: /^Days since/ }));
  it('are of whom the rule decides about, and its age is set among them', async () => {
    openPage('/stages');
    const said = async () => (await (await chart()).findByRole('img')).getAttribute('aria-label');
    await userEvent.click((await chart()).getByRole('radio', { name: 'Active' }));
    const before = await said();
    expect(before).toMatch(/^Active: [\d,]+ match, [\d,]+ do not\.$/);
    const slider = (await chart()).getByRole('slider', { name: 'Days of this rule' });
    expect(slider).toHaveAttribute('aria-valuetext', '7 days');
    slider.focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    expect(slider).toHaveAttribute('aria-valuetext', '9 days');
    expect(await said()).not.toBe(before);
    expect(await screen.findByText('was 7 days')).toBeVisible();
  });
  it('say that they could not be had', async () => {
    server.use(on('post', '/segments/preview').answers(() => problem(500, 'internal', 'no')));
    openPage('/stages');
    expect(await (await chart()).findByText('Could not load the days.')).toBeVisible();
  });
});
