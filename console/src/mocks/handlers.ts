import { http, HttpResponse } from 'msw';
import { audience } from './audience';
import { contacts } from './contacts';
import { flowing } from './flowing';
import { linking } from './linking';
import { sending } from './sending';
import { talking } from './talking';
import { workspace } from './workspace';

/** A stream that is open and says nothing. */
const live = http.get('/api/v1/live', () => {
  const stream = new ReadableStream({
    start: (opened) => opened.enqueue(new TextEncoder().encode(': open\n\n')),
  });
  return new HttpResponse(stream, { headers: { 'content-type': 'text/event-stream' } });
});

export const handlers = [
  ...workspace,
  ...contacts,
  ...audience,
  ...sending,
  ...talking,
  ...flowing,
  ...linking,
  live,
];
