import { useState } from 'react';

/** As many steps back as anyone wants; older ones are forgotten. */
const STEPS_MAX = 100;

/** A value with its past. */
export function useUndo<T>(start: T) {
  const [{ value, past }, setState] = useState<{ value: T; past: T[] }>({ value: start, past: [] });
  return {
    value,
    canUndo: past.length > 0,
    set: (next: T) =>
      setState((state) => ({ value: next, past: [...state.past, state.value].slice(-STEPS_MAX) })),
    /** Goes one step back and says where that is. The step itself is not remembered. */
    undo: (): T => {
      const before = past.at(-1) ?? value;
      queueMicrotask(() => setState({ value: before, past: past.slice(0, -1) }));
      return before;
    },
  };
}
