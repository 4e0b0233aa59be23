/** The moments before something that cannot be taken back: it begins by itself unless somebody stops it. */
import { useEffect, useRef, useState } from 'react';

export const HOLD_SECONDS = 10;
const SECOND_MS = 1_000;
const TICK_MS = 200;
/** A machine that slept through the end wakes to another situation: what comes later than this does not begin. */
const LATE_MS = 3_000;

export interface Hold {
  /** Seconds that are left; null while nothing is held. */
  left: number | null;
  begin: () => void;
  stop: () => void;
}

/** Holds `run` for ten seconds, in this tab only: when it is closed or left, nothing begins. */
export function useHold(run: () => void): Hold {
  const [dueAt, setDueAt] = useState<number | null>(null);
  const [left, setLeft] = useState(HOLD_SECONDS);
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    if (dueAt === null) return;
    const timer = window.setInterval(() => {
      const rest = dueAt - Date.now();
      setLeft(Math.max(0, Math.ceil(rest / SECOND_MS)));
      if (rest > 0) return;
      window.clearInterval(timer);
      setDueAt(null);
      if (rest > -LATE_MS) latest.current();
    }, TICK_MS);
    return () => window.clearInterval(timer);
  }, [dueAt]);
  return {
    left: dueAt === null ? null : left,
    begin: () => {
      setLeft(HOLD_SECONDS);
      setDueAt(Date.now() + HOLD_SECONDS * SECOND_MS);
    },
    stop: () => setDueAt(null),
  };
}
