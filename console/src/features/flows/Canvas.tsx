import '@xyflow/react/dist/base.css';
import {
  Background,
  Controls,
  type Edge as DrawnEdge,
  Handle,
  type Node as DrawnNode,
  type NodeProps,
  Position,
  ReactFlow,
} from '@xyflow/react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { FlowNode, Graph } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { CARD_WIDTH, cardHeight, edgesOf, joinedEdges, layout, traffic } from './graph';
import { StepCard, useDrawing } from './StepCard';

/** Where an edge leaves that goes straight down. */
const BELOW = 'below';

type StepNode = DrawnNode<{ node: FlowNode }, 'step'>;

function Step({ id, data }: NodeProps<StepNode>) {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <StepCard
        id={id}
        node={data.node}
        exit={(way) =>
          way !== 'next' && (
            <>
              <Handle
                type="source"
                id={`${way} left`}
                position={Position.Left}
                isConnectable={false}
              />
              <Handle
                type="source"
                id={`${way} right`}
                position={Position.Right}
                isConnectable={false}
              />
            </>
          )
        }
      />
      <Handle type="source" id={BELOW} position={Position.Bottom} isConnectable={false} />
    </>
  );
}
const nodeTypes = { step: Step };
const THINNEST = 1;
const THICKEST = 7;

/** The graph, drawn from the definition; edges are as thick as their traffic. It is read here, and changed in the form. */
export function Canvas({ graph }: { graph: Graph }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { flow } = useDrawing();
  const nodes = useMemo((): StepNode[] => {
    const places = layout(graph);
    return Object.entries(graph.nodes).map(([id, node]) => ({
      id,
      type: 'step',
      position: places.get(id) ?? { x: 0, y: 0 },
      data: { node },
      width: CARD_WIDTH,
      height: cardHeight(node),
    }));
  }, [graph]);
  const edges = useMemo((): DrawnEdge[] => {
    const places = layout(graph);
    const offset = (from: string, to: string) =>
      (places.get(to)?.x ?? 0) - (places.get(from)?.x ?? 0);
    const joined = joinedEdges(edgesOf(graph), (edge) =>
      traffic(edge, graph.nodes[edge.from], flow.nodes, flow.options),
    );
    const most = Math.max(1, ...joined.map(({ count }) => count ?? 0));
    return joined.map(({ from, to, way, count }) => {
      const aside = offset(from, to);
      const isBelow = way === 'next' || Math.abs(aside) < CARD_WIDTH;
      return {
        id: `${from}/${way}`,
        source: from,
        target: to,
        sourceHandle: isBelow ? BELOW : `${way} ${aside < 0 ? 'left' : 'right'}`,
        style: { strokeWidth: THINNEST + (THICKEST - THINNEST) * Math.sqrt((count ?? 0) / most) },
        ...(count === undefined ? {} : { label: number(count) }),
      };
    });
  }, [graph, flow.nodes, flow.options, number]);
  return (
    <div className="flows-canvas" role="region" aria-label={t('flows.drawing')}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.12 }}
        minZoom={0.2}
        maxZoom={1.5}
        panOnScroll
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnDoubleClick={false}
        ariaLabelConfig={{
          'controls.ariaLabel': t('flows.view'),
          'controls.zoomIn.ariaLabel': t('flows.zoom_in'),
          'controls.zoomOut.ariaLabel': t('flows.zoom_out'),
          'controls.fitView.ariaLabel': t('flows.fit'),
        }}
      >
        <Background gap={20} size={1} color="var(--line-strong)" />
        <Controls showInteractive={false} position="bottom-left" orientation="horizontal" />
      </ReactFlow>
    </div>
  );
}
