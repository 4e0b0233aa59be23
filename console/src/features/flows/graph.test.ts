import { describe, expect, it } from 'vitest';
import type { Graph } from '@/api/types';
import {
  CARD_WIDTH,
  cardHeight,
  depths,
  edgesOf,
  freshName,
  joinedEdges,
  layout,
  nodeOfPath,
  traffic,
  unreachable,
} from './graph';

const say = (text: string) => ({ text });
const graph: Graph = {
  start: 's',
  nodes: {
    s: { type: 'start', triggers: [{ command: 'start' }], next: 'm' },
    m: {
      type: 'menu',
      message: say('?'),
      columns: 1,
      options: [
        { key: 'a', text: 'A', next: 'x' },
        { key: 'b', text: 'B', next: 'y' },
        { key: 'c', text: 'C', next: null },
      ],
    },
    x: { type: 'message', message: say('x'), next: 'm' },
    y: { type: 'condition', expression: { all: [] }, then: 'e', else: 'gone' },
    e: { type: 'end' },
    lost: { type: 'end' },
  },
};

describe('a flow’s graph', () => {
  it('has an edge for each way out that leads somewhere', () => {
    expect(edgesOf(graph).map((edge) => `${edge.from}.${edge.way}>${edge.to}`)).toEqual([
      's.next>m',
      'm.a>x',
      'm.b>y',
      'x.next>m',
      'y.then>e',
    ]);
  });
  it('is drawn by the shortest way from the start, also with a circle in it', () => {
    expect(Object.fromEntries(depths(graph))).toEqual({ s: 0, m: 1, x: 2, y: 2, e: 3 });
    expect(unreachable(graph)).toEqual(['lost']);
  });
  it('never draws one card over another', () => {
    const places = layout(graph);
    expect(places.size).toBe(6);
    const [x, y] = [places.get('x'), places.get('y')];
    expect(x?.y).toBe(y?.y);
    expect((y?.x ?? 0) - (x?.x ?? 0)).toBeGreaterThan(CARD_WIDTH);
    expect((x?.y ?? 0) - (places.get('m')?.y ?? 0)).toBeGreaterThan(cardHeight(graph.nodes.m!));
  });
  it('counts a way only where the server counts it', () => {
    const nodes = { s: { left: 9 }, y: { left: 3 } };
    const at = (from: string, way: string) =>
      traffic({ from, way, to: '' }, graph.nodes[from], nodes, { 'm/a': 5 });
    expect([at('s', 'next'), at('m', 'a'), at('m', 'b'), at('y', 'then')]).toEqual([
      9,
      5,
      0,
      undefined,
    ]);
  });
  it('is one line where several options lead to one step', () => {
    const edges = [
      ['m', 'a', 'x'],
      ['m', 'b', 'y'],
      ['m', 'c', 'x'],
    ].map(([from = '', way = '', to = '']) => ({ from, way, to }));
    const counts: Record<string, number> = { a: 5, b: 1, c: 2 };
    expect(joinedEdges(edges, (edge) => counts[edge.way])).toEqual([
      { from: 'm', way: 'a', to: 'x', count: 7 },
      { from: 'm', way: 'b', to: 'y', count: 1 },
    ]);
    expect(joinedEdges(edges, () => undefined).map((edge) => edge.count)).toEqual([
      undefined,
      undefined,
    ]);
  });
  it('finds the step that a fault is in', () => {
    expect(nodeOfPath('/graph/nodes/ask_1/options/0/text')).toBe('ask_1');
    expect(nodeOfPath('/graph/start')).toBeNull();
  });
  it('names a new step as none is named', () =>
    expect(freshName('message', ['message_1', 'message_2'])).toBe('message_3'));
});
