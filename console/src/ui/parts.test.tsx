import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ReactElement } from 'react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { CampaignCounts, ReadText } from '@/api/types';
import { startI18n } from '@/i18n';
import { makeFormat } from '@/i18n/format';
import { useOutcomeParts } from './bars';
import { initials } from './people';
import { Bubble } from './telegram/Bubble';

beforeAll(() => startI18n('en'));
/** What the server says of the texts below. */
const read: [string, ReadText][] = [
  [
    '<img src=x onerror=alert(1)> & <b>bold</b>',
    {
      text: '<img src=x onerror=alert(1)> & <b>bold</b>',
      entities: [],
      fault: 'Unsupported start tag "img"',
    },
  ],
  [
    'the <tg-spoiler>end</tg-spoiler>',
    { text: 'the end', entities: [{ type: 'spoiler', offset: 4, length: 3 }], fault: null },
  ],
];
function show(element: ReactElement) {
  const client = new QueryClient();
  for (const [text, answer] of read) client.setQueryData(['text', 'html', text], answer);
  return render(
    <QueryClientProvider client={client}>
      <MantineProvider>{element}</MantineProvider>
    </QueryClientProvider>,
  );
}

function Sum({ counts }: { counts: CampaignCounts }) {
  return <output>{useOutcomeParts(counts).reduce((sum, part) => sum + part.value, 0)}</output>;
}

describe('the outcome bar', () => {
  it('sums to the audience: held out, leased and pending are in it, the left out are not', () => {
    show(
      <Sum
        counts={{
          audience: 1427,
          left_out: 36,
          held_out: 143,
          pending: 358,
          leased: 30,
          sent: 872,
          failed: 6,
          blocked: 13,
          skipped: 2,
          unknown: 3,
        }}
      />,
    );
    expect(screen.getByRole('status')).toHaveTextContent('1427');
  });
});

describe('the bubble', () => {
  it('shows markup that is not Telegram’s as text and makes no element of it', () => {
    const { container } = show(
      <Bubble message={{ text: '<img src=x onerror=alert(1)> & <b>bold</b>', format: 'html' }} />,
    );
    expect(container.querySelector('img, b')).toBeNull();
    expect(container).toHaveTextContent('<img src=x onerror=alert(1)>');
  });
  it('opens no address that a browser would run', () => {
    const { container } = show(
      <Bubble
        message={{
          text: 'go',
          entities: [{ type: 'text_link', offset: 0, length: 2, url: 'javascript:alert(1)' }],
        }}
      />,
    );
    expect(container.querySelector('a')).toBeNull();
  });
  it('hides a spoiler until it is pressed', async () => {
    show(<Bubble message={{ text: 'the <tg-spoiler>end</tg-spoiler>', format: 'html' }} />);
    await userEvent.click(screen.getByRole('button', { name: 'Show the hidden text' }));
    expect(screen.queryByRole('button')).toBeNull();
    expect(screen.getByText('end')).toBeInTheDocument();
  });
  it('folds 10,000 characters and shows them when asked', async () => {
    const { container } = show(<Bubble message={{ text: 'x'.repeat(10_000), format: 'plain' }} />);
    expect(container.querySelector('.tg-text')?.textContent?.length ?? 0).toBeLessThan(800);
    await userEvent.click(screen.getByRole('button', { name: 'Show all' }));
    expect(container.querySelector('.tg-text')?.textContent?.length ?? 0).toBeGreaterThanOrEqual(
      10_000,
    );
  });
});

describe('figures', () => {
  it('are written as each language writes them', () => {
    expect(makeFormat('en').number(1284)).toBe('1,284');
    expect(makeFormat('en').percent(0.1234)).toBe('12.3%');
    expect(makeFormat('en').percent(null)).toBe('');
    expect(makeFormat('en').signed(-18)).toBe('−18');
    expect(makeFormat('en').signed(0)).toBe('0');
    expect(makeFormat('en').span('7d')).toBe('7 days');
    expect(makeFormat('zh').span('7d')).toBe('7天');
  });
  it('initials: two letters of a Latin name, one sign of any other', () => {
    expect(initials('Anna Petrova')).toBe('AP');
    expect(initials('陈思远')).toBe('陈');
    expect(initials('   ')).toBe('?');
  });
});
