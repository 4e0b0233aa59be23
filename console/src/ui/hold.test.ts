import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useHold } from './hold';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));

describe('what is held', () => {
  it('begins after ten seconds, once, and counts down to it', () => {
    const run = vi.fn();
    const { result } = renderHook(() => useHold(run));
    act(() => result.current.begin());
    expect(result.current.left).toBe(10);
    pass(9_400);
    expect(result.current.left).toBe(1);
    expect(run).not.toHaveBeenCalled();
    pass(1_000);
    expect(run).toHaveBeenCalledTimes(1);
    expect(result.current.left).toBeNull();
    pass(20_000);
    expect(run).toHaveBeenCalledTimes(1);
  });
  it('never begins once it is stopped', () => {
    const run = vi.fn();
    const { result } = renderHook(() => useHold(run));
    act(() => result.current.begin());
    pass(9_000);
    act(() => result.current.stop());
    pass(20_000);
    expect(run).not.toHaveBeenCalled();
  });
  it('never begins once its page is left', () => {
    const run = vi.fn();
    const { result, unmount } = renderHook(() => useHold(run));
    act(() => result.current.begin());
    unmount();
    pass(20_000);
    expect(run).not.toHaveBeenCalled();
  });
  it('does not begin when the machine slept through the end', () => {
    const run = vi.fn();
    const { result } = renderHook(() => useHold(run));
    act(() => result.current.begin());
    vi.setSystemTime(Date.now() + 3_600_000);
    pass(400);
    expect(run).not.toHaveBeenCalled();
    expect(result.current.left).toBeNull();
  });
});
