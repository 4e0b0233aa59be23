import { describe, expect, it } from 'vitest';
import type { Bot } from '@/api/types';
import { troubleOf } from './botHealth';

const well: Bot = {
  id: 1,
  telegram_id: 1,
  username: 'b',
  name: 'B',
  status: 'running',
  intake: 'polling',
  intake_note: null,
  webhook: null,
  bulk_per_second: 30,
  decline_payments: null,
  contacts: 0,
  created_at: 0,
  health: {
    last_update_at: 100,
    last_error: null,
    last_error_at: null,
    blocked_until: null,
    ingest_failed: 0,
  },
};
const sick = (health: Partial<Bot['health']>, status: Bot['status'] = 'running') =>
  troubleOf({ ...well, status, health: { ...well.health, ...health } }, 200);

describe('what is wrong with a bot', () => {
  it('is nothing while it receives', () => expect(troubleOf(well, 200)).toBeNull());
  it('is an error only until the next update', () => {
    expect(sick({ last_error: '502', last_error_at: 150 })).toBe('error');
    expect(sick({ last_error: '502', last_error_at: 90 })).toBeNull();
    expect(sick({ last_error: '502', last_error_at: 90, last_update_at: null })).toBe('error');
  });
  it('is a wait only until it ends', () => {
    expect(sick({ blocked_until: 300 })).toBe('waiting');
    expect(sick({ blocked_until: 200 })).toBeNull();
  });
  it('is said when updates cannot be pushed', () => {
    expect(troubleOf({ ...well, intake_note: 'refused' }, 200)).toBe('polled');
    const webhook = { pending: 3, last_error: '503', last_error_at: 100, checked_at: 150 };
    expect(troubleOf({ ...well, intake: 'webhook', webhook }, 200)).toBe('pushing');
    expect(
      troubleOf({ ...well, intake: 'webhook', webhook: { ...webhook, pending: 0 } }, 200),
    ).toBeNull();
  });
  it('is the worst of several', () => {
    expect(
      sick(
        { ingest_failed: 2, blocked_until: 300, last_error: 'x', last_error_at: 150 },
        'token_dead',
      ),
    ).toBe('token_dead');
    expect(sick({ ingest_failed: 2 })).toBe('ingest');
  });
});
