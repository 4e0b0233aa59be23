import { useState } from 'react';

/** Some people by their ids, or all who match. A different filter begins anew. */
export interface Selection {
  ids: ReadonlySet<number>;
  all: boolean;
  toggle: (id: number) => void;
  set: (ids: number[]) => void;
  selectAll: () => void;
  clear: () => void;
}

export function useSelection(scope: string): Selection {
  const [state, setState] = useState({ scope, ids: new Set<number>(), all: false });
  const current = state.scope === scope ? state : { scope, ids: new Set<number>(), all: false };
  return {
    ids: current.ids,
    all: current.all,
    toggle: (id) => {
      const ids = new Set(current.ids);
      if (!ids.delete(id)) ids.add(id);
      setState({ scope, ids, all: false });
    },
    set: (ids) => setState({ scope, ids: new Set(ids), all: false }),
    selectAll: () => setState({ scope, ids: new Set(), all: true }),
    clear: () => setState({ scope, ids: new Set(), all: false }),
  };
}
