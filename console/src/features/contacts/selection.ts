import { useMemo, useState } from 'react';

/** Some people by their ids, or all who match. A different filter begins anew. */
export interface Selection {
  ids: ReadonlySet<number>;
  all: boolean;
  toggle: (id: number) => void;
  set: (ids: number[]) => void;
  selectAll: () => void;
  clear: () => void;
}

const nobody: ReadonlySet<number> = new Set();

export function useSelection(scope: string): Selection {
  const [state, setState] = useState({ scope, ids: nobody, all: false });
  return useMemo(() => {
    const current = state.scope === scope ? state : { scope, ids: nobody, all: false };
    return {
      ids: current.ids,
      all: current.all,
      toggle: (id) => {
        const ids = new Set(current.ids);
        if (!ids.delete(id)) ids.add(id);
        setState({ scope, ids, all: false });
      },
      set: (ids) => setState({ scope, ids: new Set(ids), all: false }),
      selectAll: () => setState({ scope, ids: nobody, all: true }),
      clear: () => setState({ scope, ids: nobody, all: false }),
    };
  }, [scope, state]);
}
