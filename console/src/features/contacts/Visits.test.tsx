import { render, screen } from '@testing-library/react';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Visit } from '@/api/types';
import { startI18n } from '@/i18n';
import { VisitFacts } from './Visits';

beforeAll(() => startI18n('en'));

const visit: Visit = {
  at: 1,
  started_at: 2,
  link: { id: 1, code: 'fb', name: 'Facebook' },
  address: '203.0.113.0/24',
  country: 'DE',
  country_by: 'network',
  browser: 'Chrome',
  os: 'Android',
  device: 'smartphone',
  language: 'de-DE',
  referrer: null,
};

describe('a visit', () => {
  it('tells browser, system and address, and that the country is the network’s', () => {
    render(<VisitFacts visit={visit} />);
    expect(screen.getByText('Chrome, Android, smartphone')).toBeTruthy();
    expect(screen.getByText('203.0.113.0/24')).toBeTruthy();
    expect(screen.getByText('Country, by network').nextSibling).toHaveTextContent('DE');
    expect(screen.queryByText('Referrer')).toBeNull();
  });

  it('says that a country is a guess, and leaves out what one may not see', () => {
    render(<VisitFacts visit={{ ...visit, address: null, country_by: 'language' }} />);
    expect(screen.getByText('Country, guessed by language')).toBeTruthy();
    expect(screen.queryByText('Address')).toBeNull();
  });
});
