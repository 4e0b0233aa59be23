import { MantineProvider } from '@mantine/core';
import { render } from '@testing-library/react';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Expression } from '@/api/types';
import { startI18n } from '@/i18n';
import { PartOfGroup } from './LiftTable';

beforeAll(() => startI18n('en'));

describe('a group of a comparison', () => {
  it('is told by number and base: its share would be a second one of the same measure', () => {
    const part = { hits: 12, n: 24, people: undefined as unknown as Expression };
    const { container } = render(
      <MantineProvider>
        <PartOfGroup part={part} />
      </MantineProvider>,
    );
    expect(container).toHaveTextContent('12 of 24');
    expect(container).not.toHaveTextContent('%');
  });
});
