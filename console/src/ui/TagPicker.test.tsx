import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { startI18n } from '@/i18n';
import { TagPicker } from './TagPicker';

beforeAll(() => startI18n('en'));

function field(mayCreate: boolean) {
  const onChange = vi.fn();
  render(
    <MantineProvider env="test">
      <TagPicker
        aria-label="Tag"
        known={['Sport', 'VIP']}
        value={[]}
        onChange={onChange}
        mayCreate={mayCreate}
      />
    </MantineProvider>,
  );
  return { onChange, input: screen.getByRole('combobox', { name: 'Tag' }) };
}

describe('a tag', () => {
  it('that does not exist is offered in words and made by choosing them alone', async () => {
    const { onChange, input } = field(true);
    await userEvent.type(input, 'Spotr');
    await userEvent.tab();
    expect(onChange).not.toHaveBeenCalled();
    await userEvent.clear(input);
    await userEvent.type(input, 'Opera');
    await userEvent.click(await screen.findByRole('option', { name: 'Create “Opera”' }));
    expect(onChange).toHaveBeenCalledWith(['Opera']);
  });
  it('that exists is not offered again, however it is spelled', async () => {
    const { onChange, input } = field(true);
    await userEvent.type(input, 'vip');
    expect(screen.queryByRole('option', { name: /Create/ })).toBeNull();
    await userEvent.click(await screen.findByRole('option', { name: 'VIP' }));
    expect(onChange).toHaveBeenCalledWith(['VIP']);
  });
  it('that is to be removed must exist', async () => {
    const { input } = field(false);
    await userEvent.type(input, 'Opera');
    expect(screen.queryByRole('option')).toBeNull();
    expect(screen.getByText('No tag by that name')).toBeVisible();
  });
});
