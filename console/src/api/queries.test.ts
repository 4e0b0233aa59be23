import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { homeQuery } from './queries';

it('keeps figures while another period is read, and none of another bot', () => {
  const client = new QueryClient();
  const shown = { people: 12 } as never;
  client.setQueryData(homeQuery(1, 7).queryKey, shown);
  const observer = new QueryObserver(client, homeQuery(1, 7));
  expect(observer.getCurrentResult().data).toBe(shown);
  observer.setOptions(homeQuery(1, 30));
  expect(observer.getCurrentResult()).toMatchObject({ data: shown, isPlaceholderData: true });
  observer.setOptions(homeQuery(2, 30));
  expect(observer.getCurrentResult().data).toBeUndefined();
});
