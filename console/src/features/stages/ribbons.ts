/** Where people came from and went between two days, as ribbons between two columns of bars. */
import type { Home, Move } from '@/api/types';

/** A bar of either column; `null` is who joined since. */
export interface Node {
  name: string | null;
  count: number;
  top: number;
  height: number;
}
export interface Ribbon {
  from: string | null;
  to: string;
  count: number;
  /** Upper edges at either end; as high as `height` all along. */
  start: number;
  end: number;
  height: number;
}
export interface Flow {
  origins: Node[];
  ends: Node[];
  ribbons: Ribbon[];
}

/** Between two bars, so that their labels do not touch. */
const GAP = 26;

type Cell = Pick<Ribbon, 'from' | 'to' | 'count'>;

/** Who went where: who stayed, who moved, and who is in a stage and was nowhere before. Null where the log is too long to tell. */
export function cellsOf({
  stages,
  moves,
}: {
  stages: Home['stages'];
  moves: Pick<Move, 'from' | 'to' | 'count'>[];
}): Cell[] | null {
  const cells: Cell[] = [];
  for (const stage of stages) {
    if (stage.in === null) return null;
    const into = moves.filter((move) => move.to === stage.name);
    const moved = into.reduce((sum, move) => sum + move.count, 0);
    cells.push({ from: stage.name, to: stage.name, count: stage.count - stage.in });
    cells.push(...into.map(({ from, to, count }) => ({ from, to, count })));
    cells.push({ from: null, to: stage.name, count: stage.in - moved });
  }
  return cells.filter((cell) => cell.count > 0);
}

function column(names: (string | null)[], countOf: (name: string | null) => number, scale: number) {
  let top = 0;
  return names
    .filter((name) => countOf(name) > 0)
    .map((name): Node => {
      const node = { name, count: countOf(name), top, height: countOf(name) * scale };
      top += node.height + GAP;
      return node;
    });
}

/** Bars and ribbons of a height; stages stand in the order given, who joined above them. */
export function flowOf(cells: Cell[], order: string[], height: number): Flow {
  const sum = (fits: (cell: Cell) => boolean) =>
    cells.filter(fits).reduce((total, cell) => total + cell.count, 0);
  const total = sum(() => true);
  const scale = total > 0 ? Math.max(0, height - GAP * (order.length + 1)) / total : 0;
  const origins = column([null, ...order], (name) => sum((cell) => cell.from === name), scale);
  const ends = column(order, (name) => sum((cell) => cell.to === name), scale);
  const left = new Map(origins.map((node) => [node.name, node.top]));
  const right = new Map(ends.map((node) => [node.name, node.top]));
  const ribbons = origins.flatMap((origin) =>
    ends.flatMap((end): Ribbon[] => {
      const cell = cells.find((each) => each.from === origin.name && each.to === end.name);
      if (!cell) return [];
      const ribbon = {
        ...cell,
        start: left.get(origin.name) ?? 0,
        end: right.get(end.name) ?? 0,
        height: cell.count * scale,
      };
      left.set(origin.name, ribbon.start + ribbon.height);
      right.set(end.name, ribbon.end + ribbon.height);
      return [ribbon];
    }),
  );
  return { origins, ends, ribbons };
}
