/** Reading a flow's graph: its edges, where each step is drawn, and small changes to it. */
import type { FlowNode, Graph, MenuOption } from '@/api/types';

export type NodeType = FlowNode['type'];

export interface Edge {
  from: string;
  /** Which of the step's ways out: `next`, `then`, `else`, or an option's key. */
  way: string;
  to: string;
}

export function edgesOfNode(id: string, node: FlowNode): Edge[] {
  const edge = (way: string, to: string | null | undefined): Edge[] =>
    to ? [{ from: id, way, to }] : [];
  switch (node.type) {
    case 'start':
    case 'message':
      return edge('next', node.next);
    case 'menu':
      return node.options.flatMap((option) => edge(option.key, option.next));
    case 'condition':
      return [...edge('then', node.then), ...edge('else', node.else)];
    case 'handover':
    case 'end':
      return [];
  }
}

/** Edges whose ends both exist; the server refuses others, and names them. */
export const edgesOf = (graph: Graph): Edge[] =>
  Object.entries(graph.nodes)
    .flatMap(([id, node]) => edgesOfNode(id, node))
    .filter((edge) => edge.to in graph.nodes);

/** Steps in the order they are met, each with how many steps it is from the start. What cannot be met comes last. */
export function depths(graph: Graph): Map<string, number> {
  const found = new Map<string, number>();
  const edges = edgesOf(graph);
  let level = graph.start in graph.nodes ? [graph.start] : [];
  for (let depth = 0; level.length > 0; depth += 1) {
    for (const id of level) found.set(id, depth);
    const next = level.flatMap((id) =>
      edges.filter((edge) => edge.from === id).map((edge) => edge.to),
    );
    level = [...new Set(next)].filter((id) => !found.has(id));
  }
  return found;
}

export const unreachable = (graph: Graph): string[] => {
  const met = depths(graph);
  return Object.keys(graph.nodes).filter((id) => !met.has(id));
};

export const CARD_WIDTH = 248;
const COLUMN_GAP = 40;
const ROW_GAP = 64;
const HEAD = 36;
const BODY = 46;
const ROW = 30;

/** As tall as the card is drawn; its parts have these heights in the style sheet. */
export function cardHeight(node: FlowNode): number {
  switch (node.type) {
    case 'start':
      return HEAD + 24 * Math.max(1, Math.min(node.triggers?.length ?? 0, 4)) + 10;
    case 'menu':
      return HEAD + BODY + ROW * node.options.length;
    case 'condition':
      return HEAD + BODY + ROW * 2;
    case 'message':
    case 'handover':
      return HEAD + BODY;
    case 'end':
      return HEAD;
  }
}

export interface Place {
  x: number;
  y: number;
}

/** A row for each distance from the start; in it, in the order of the ways that lead there, centred on one line. */
export function layout(graph: Graph): Map<string, Place> {
  const met = depths(graph);
  const rows: string[][] = [];
  for (const [id, depth] of met) (rows[depth] ??= []).push(id);
  const lost = Object.keys(graph.nodes).filter((id) => !met.has(id));
  if (lost.length > 0) rows.push(lost);
  const places = new Map<string, Place>();
  let y = 0;
  for (const ids of rows) {
    const width = ids.length * CARD_WIDTH + (ids.length - 1) * COLUMN_GAP;
    ids.forEach((id, index) =>
      places.set(id, { x: index * (CARD_WIDTH + COLUMN_GAP) - width / 2, y }),
    );
    y += Math.max(...ids.map((id) => cardHeight(graph.nodes[id] ?? { type: 'end' }))) + ROW_GAP;
  }
  return places;
}

/** How many took a way out. Only a menu's options and single ways are counted by the server. */
export function traffic(
  edge: Edge,
  node: FlowNode | undefined,
  nodes: Record<string, { left: number }>,
  options: Record<string, number>,
): number | undefined {
  if (node?.type === 'menu') return options[`${edge.from}/${edge.way}`] ?? 0;
  if (node?.type === 'condition') return undefined;
  return nodes[edge.from]?.left;
}

/** Ways of one step that lead to one other are one line, with the traffic of all of them. */
export function joinedEdges(
  edges: Edge[],
  countOf: (edge: Edge) => number | undefined,
): (Edge & { count: number | undefined })[] {
  const joined = new Map<string, Edge & { count: number | undefined }>();
  for (const edge of edges) {
    const key = `${edge.from}/${edge.to}`;
    const count = countOf(edge);
    const before = joined.get(key);
    if (!before) joined.set(key, { ...edge, count });
    else if (count !== undefined) before.count = (before.count ?? 0) + count;
  }
  return [...joined.values()];
}

export const withNode = (graph: Graph, id: string, node: FlowNode): Graph => ({
  ...graph,
  nodes: { ...graph.nodes, [id]: node },
});

export function withoutNodes(graph: Graph, ids: string[]): Graph {
  return {
    ...graph,
    nodes: Object.fromEntries(Object.entries(graph.nodes).filter(([id]) => !ids.includes(id))),
  };
}

/** A name that is not taken, of the letters that keys may have. */
export function freshName(base: string, taken: string[]): string {
  for (let number = 1; ; number += 1) {
    const name = `${base}_${number}`;
    if (!taken.includes(name)) return name;
  }
}

export const freshOption = (options: MenuOption[]): MenuOption => ({
  key: freshName(
    'option',
    options.map((option) => option.key),
  ),
  text: '',
  add_tags: [],
  remove_tags: [],
  next: null,
});

/** Which step a fault's path points into. */
export const nodeOfPath = (path: string): string | null =>
  /\/nodes\/([^/]+)/u.exec(path)?.[1] ?? null;

/** A first flow: a menu with two choices that tag. */
export const starter = (words: {
  question: string;
  first: string;
  second: string;
  thanks: string;
  firstTag: string;
  secondTag: string;
  command: string;
}): Graph => ({
  start: 'start',
  nodes: {
    start: { type: 'start', triggers: [{ command: words.command }], next: 'menu' },
    menu: {
      type: 'menu',
      message: { text: words.question, format: 'html' },
      columns: 2,
      options: [
        {
          key: 'first',
          text: words.first,
          add_tags: [words.firstTag],
          remove_tags: [],
          next: 'thanks',
        },
        {
          key: 'second',
          text: words.second,
          add_tags: [words.secondTag],
          remove_tags: [],
          next: 'thanks',
        },
      ],
    },
    thanks: { type: 'message', message: { text: words.thanks, format: 'html' }, next: null },
  },
});
