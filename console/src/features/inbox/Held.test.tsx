import { fireEvent, render, screen } from '@testing-library/react';
import { beforeAll, describe, expect, it } from 'vitest';
import { startI18n } from '@/i18n';
import { Details, Earlier } from './Held';

beforeAll(() => startI18n('en'));

describe('what a message held', () => {
  it('names each thing and leads where a link leads', () => {
    render(
      <Details
        details={[
          { name: 'phone', text: '+10000000000' },
          {
            name: 'link',
            text: 'https://example.org/invoice/17',
            url: 'https://example.org/invoice/17',
          },
          { name: 'of_a_later_version' as 'file', text: 'something' },
        ]}
      />,
    );
    expect(screen.getByText('Phone')).toBeTruthy();
    expect(screen.getByText('+10000000000')).toBeTruthy();
    expect(screen.getByRole('link').getAttribute('href')).toBe('https://example.org/invoice/17');
    expect(screen.getByText('Also')).toBeTruthy();
  });

  it('says whose message of another chat is answered, and which option or task', () => {
    render(
      <Details
        details={[
          { name: 'quoted_from', text: 'News' },
          { name: 'quote', text: 'The price is 20' },
          { name: 'answered_option', text: 'Tue' },
          { name: 'answered_task', text: 'Pack' },
        ]}
      />,
    );
    for (const label of ['Answers a message of', 'Quotes', 'In answer to the option'])
      expect(screen.getByText(label)).toBeTruthy();
    expect(screen.getByText('In answer to the task')).toBeTruthy();
    expect(screen.getByText('Tue')).toBeTruthy();
  });

  it('shows earlier words on demand', () => {
    render(<Earlier earlier={[{ at: 1, text: 'My order number is 4711' }]} />);
    expect(screen.queryByText('My order number is 4711')).toBeNull();
    fireEvent.click(screen.getByRole('button'));
    expect(screen.getByText('My order number is 4711')).toBeTruthy();
  });
});
