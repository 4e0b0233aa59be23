import { render, screen } from '@testing-library/react';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProblemField } from '@/api/client';
import { startI18n } from '@/i18n';
import { useFaultWords, useTextFault } from './faults';

beforeAll(() => startI18n('en'));

const field = (
  path: string,
  code: string,
  message = 'Unclosed start tag at byte offset 7',
): ProblemField => ({ path, code, message });
function Said({ each }: { each: ProblemField }) {
  return <output>{useFaultWords()(each)}</output>;
}
function OfText({ errors }: { errors: ProblemField[] }) {
  return <output>{useTextFault()(errors, '/message') ?? 'nothing'}</output>;
}

describe('what the server says of a text', () => {
  it('never names a byte, wherever the text is', () => {
    for (const each of [
      field('/message/text', 'invalid_markup'),
      field('/graph/nodes/say/message/text', 'invalid_markup'),
      field('/message/entities/3/url', 'invalid_url'),
      field('/message/text', 'some_new_code'),
    ]) {
      const { unmount } = render(<Said each={each} />);
      expect(screen.getByRole('status').textContent).not.toMatch(/byte|offset|tag/);
      unmount();
    }
  });
  it('stays as it is for what is no text of a message', () => {
    render(
      <Said
        each={field('/message/buttons/0/0/text', 'too_long', 'must have at most 64 characters')}
      />,
    );
    expect(screen.getByRole('status')).toHaveTextContent('must have at most 64 characters');
  });
  it('is found among other findings', () => {
    render(
      <OfText
        errors={[
          field('/name', 'empty'),
          field('/message/media', 'required'),
          field('/message/text', 'empty'),
        ]}
      />,
    );
    expect(screen.getByRole('status')).toHaveTextContent('Write something that everyone can see');
  });
});
