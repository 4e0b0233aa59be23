import { describe, expect, it } from 'vitest';
import { batchOf, secondsOf } from './forecast';

const forecast = {
  match: 1463,
  left_out: 36,
  held_out: 0,
  writes_to: 1500,
  seconds: 60,
  finishes_at: 0,
  warnings: [],
};

describe('the forecast of a first batch', () => {
  it('lasts as long as the batch, not as the whole', () => {
    expect(secondsOf(forecast, 150)).toBe(6);
    expect(secondsOf(forecast, null)).toBe(60);
  });
  it('is the whole where the batch holds everyone', () => {
    expect(batchOf(forecast, 1500)).toBeNull();
    expect(secondsOf(forecast, 2000)).toBe(60);
  });
  it('of nobody takes no time', () => {
    expect(secondsOf({ ...forecast, writes_to: 0, seconds: 0 }, 150)).toBe(0);
  });
});
