import { MantineProvider } from '@mantine/core';
import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { type ReactElement, useState } from 'react';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { CampaignCounts, CampaignStatus } from '@/api/types';
import { startI18n } from '@/i18n';
import { useOutcomeParts } from './bars';
import { isGoingOut } from './CampaignState';
import { DurationInput } from './Duration';
import { Figure } from './Figure';
import { ReasonedButton, ReasonedIcon } from './ReasonedButton';

beforeAll(() => startI18n('en'));
const show = (element: ReactElement) => render(<MantineProvider>{element}</MantineProvider>);

describe('a figure', () => {
  const shown = (query: {
    data: number | undefined;
    isError: boolean;
    isPlaceholderData: boolean;
  }) =>
    show(
      <Figure query={query} without="not counted">
        {(value, stale) => <output data-stale={stale}>{value} people match</output>}
      </Figure>,
    );
  it('is not 0 when the count fails, nor the one before', () => {
    const { container } = shown({ data: 695, isError: true, isPlaceholderData: false });
    expect(container).toHaveTextContent('not counted');
    expect(container).not.toHaveTextContent('people match');
  });
  it('is not 0 while it is on its way', () => {
    expect(
      shown({ data: undefined, isError: false, isPlaceholderData: false }).container,
    ).not.toHaveTextContent('0');
  });
  it('is greyed while it belongs to an older input', () => {
    shown({ data: 695, isError: false, isPlaceholderData: true });
    expect(screen.getByRole('status')).toHaveAttribute('data-stale', 'true');
  });
});

const FIELD = /^Active/;

function Days() {
  const [value, setValue] = useState('7d');
  return (
    <>
      <DurationInput label="Active" value={value} onChange={setValue} />
      <output>{value}</output>
    </>
  );
}

describe('a duration', () => {
  it('that is empty is none, and not the one before', async () => {
    show(<Days />);
    const field = screen.getByRole('textbox', { name: FIELD });
    await userEvent.clear(field);
    expect(screen.getByRole('status')).toHaveTextContent('0d');
    expect(field).toBeInvalid();
  });
  it('that is empty says what is wrong where it stands', async () => {
    show(<Days />);
    const field = screen.getByRole('textbox', { name: FIELD });
    expect(field).not.toHaveAccessibleDescription();
    await userEvent.clear(field);
    expect(screen.getByRole('alert')).toHaveTextContent('Enter a whole number from 1 to 36,525.');
    expect(field).toHaveAccessibleDescription('Enter a whole number from 1 to 36,525.');
  });
  it('takes no minus', async () => {
    show(<Days />);
    const field = screen.getByRole('textbox', { name: FIELD });
    await userEvent.clear(field);
    await userEvent.type(field, '-5');
    expect(field).toHaveValue('5');
    expect(screen.getByRole('status')).toHaveTextContent('5d');
  });
});

function Labels({ status }: { status: CampaignStatus }) {
  const counts: CampaignCounts = {
    audience: 3645,
    left_out: 0,
    held_out: 0,
    pending: 3495,
    leased: 0,
    sent: 150,
    failed: 0,
    blocked: 0,
    skipped: 0,
    unknown: 0,
  };
  return (
    <output>
      {useOutcomeParts(counts, status)
        .map((part) => part.label)
        .join(', ')}
    </output>
  );
}

describe('a button that cannot be pressed yet', () => {
  it('says why, can be reached, and does nothing', async () => {
    const press = vi.fn();
    show(
      <ReasonedButton reason="Give it a name first." onClick={press}>
        Save
      </ReasonedButton>,
    );
    await userEvent.tab();
    const button = screen.getByRole('button', { name: 'Save' });
    expect(button).toHaveFocus();
    expect(button).toHaveAttribute('aria-disabled', 'true');
    expect(await screen.findByRole('tooltip')).toHaveTextContent('Give it a name first.');
    await userEvent.click(button);
    await userEvent.keyboard('{Enter}');
    expect(press).not.toHaveBeenCalled();
  });
  it('says why where it is a sign alone', async () => {
    const press = vi.fn();
    show(
      <ReasonedIcon reason="It is the first already." aria-label="Up" onClick={press}>
        <i />
      </ReasonedIcon>,
    );
    const button = screen.getByRole('button', { name: 'Up' });
    expect(button).toHaveAccessibleDescription('It is the first already.');
    await userEvent.click(button);
    expect(press).not.toHaveBeenCalled();
  });
  it('keeps the focus when it becomes grey, when it saves, and when it can be pressed again', () => {
    const press = vi.fn();
    const button = (reason: string | undefined, loading: boolean) => (
      <MantineProvider>
        <ReasonedButton reason={reason} loading={loading} onClick={press}>
          Save
        </ReasonedButton>
        <ReasonedIcon reason={reason} loading={loading} aria-label="Up" onClick={press}>
          <i />
        </ReasonedIcon>
      </MantineProvider>
    );
    const { rerender } = render(button(undefined, false));
    for (const name of ['Save', 'Up']) {
      const pressed = screen.getByRole('button', { name });
      pressed.focus();
      for (const [reason, loading] of [
        [undefined, true],
        ['Nothing changed.', false],
        [undefined, false],
      ] as const) {
        rerender(button(reason, loading));
        expect(screen.getByRole('button', { name })).toBe(pressed);
        expect(pressed).toHaveFocus();
        expect(pressed).toBeEnabled();
        fireEvent.click(pressed);
      }
    }
    expect(press).toHaveBeenCalledTimes(2);
  });
  it('submits no form', async () => {
    const submit = vi.fn((event: Event) => event.preventDefault());
    const { container } = show(
      <form>
        <ReasonedButton type="submit" reason="Give it a name first.">
          Save
        </ReasonedButton>
      </form>,
    );
    container.querySelector('form')?.addEventListener('submit', submit);
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(submit).not.toHaveBeenCalled();
  });
});

describe('a campaign', () => {
  it('that was cancelled has nothing that is still to come', () => {
    show(<Labels status="cancelled" />);
    expect(screen.getByRole('status')).not.toHaveTextContent('Not yet');
  });
  it('that is paused is not going out', () => {
    expect(isGoingOut('paused')).toBe(false);
    expect(isGoingOut('sending')).toBe(true);
  });
});
