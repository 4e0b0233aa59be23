import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { everyone } from '@/api/expressions';
import type { CampaignDraft, CampaignPreview, Expression } from '@/api/types';
import { useForecast } from './forecast';

const { post } = vi.hoisted(() => ({ post: vi.fn() }));
vi.mock('@/api/client', async (original) => ({ ...(await original<object>()), post }));

const draft = (audience: Expression, held_out_percent = 10): CampaignDraft => ({
  bot_id: 1,
  name: 'News',
  audience,
  message: { text: 'Hello', entities: [], buttons: [] },
  held_out_percent,
});
const answer: Pick<CampaignPreview, 'writes_to'> = { writes_to: 1463 };
const weekly: Expression = { last_interaction: { within: '7d' } };

function ask(first: CampaignDraft) {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  return renderHook((each: CampaignDraft) => useForecast(each), { wrapper, initialProps: first });
}

describe('the forecast of a draft', () => {
  beforeEach(() => {
    post.mockReset();
    post.mockResolvedValue(answer);
  });
  it('belongs to an older draft from the moment on in which the draft changes', async () => {
    const { result, rerender } = ask(draft(everyone));
    await waitFor(() => expect(result.current.data).toEqual(answer));
    expect(result.current.isPlaceholderData).toBe(false);
    rerender(draft(everyone, 20));
    expect(result.current.isPlaceholderData).toBe(true);
    await waitFor(() => expect(result.current.isPlaceholderData).toBe(false));
    expect(post).toHaveBeenCalledTimes(2);
  });
  it('stays while words alone change', async () => {
    const { result, rerender } = ask(draft(everyone));
    await waitFor(() => expect(result.current.data).toEqual(answer));
    rerender({ ...draft(everyone), name: 'Other news' });
    expect(result.current.isPlaceholderData).toBe(false);
  });
  it('is none while a field of the audience is wrong, and nobody is asked', async () => {
    const { result, rerender } = ask(draft(weekly));
    await waitFor(() => expect(result.current.data).toEqual(answer));
    rerender(draft({ last_interaction: { within: '0d' } }));
    expect(result.current.isError).toBe(true);
    expect(result.current.data).toBeUndefined();
    rerender(draft(weekly));
    await waitFor(() => expect(result.current.isError).toBe(false));
    expect(post).toHaveBeenCalledTimes(1);
  });
});
