import '@xyflow/react/dist/base.css';
import { Background, Controls, type Edge as DrawnEdge, Handle, type Node as DrawnNode, type NodeProps, Position, ReactFlow } from '@xyflow/react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { FlowNode, Graph } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { CARD_WIDTH, cardHeight, edgesOf, layout, traffic } from './graph';
import { StepCard, useDrawing } from './StepCard';

type StepNode = DrawnNode<{ node: FlowNode }, 'step'>;

function Step({ id, data }: NodeProps<StepNode>) {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} style={{ top: 18 }} />
      <StepCard id={id} node={data.node} exit={(way) => <Handle type="source" id={way} position={Position.Right} isConnectable={false} style={way === 'next' ? { top: 18 } : {}} />} />
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
    return Object.entries(graph.nodes).map(([id, node]) => ({ id, type: 'step', position: places.get(id) ?? { x: 0, y: 0 }, data: { node }, width: CARD_WIDTH, height: cardHeight(node) }));
  }, [graph]);
  const edges = useMemo((): DrawnEdge[] => {
    const all = edgesOf(graph).map((edge) => ({ edge, count: traffic(edge, graph.nodes[edge.from], flow.nodes, flow.options) }));
    const most = Math.max(1, ...all.map(({ count }) => count ?? 0));
    return all.map(({ edge, count }) => ({
      id: `${edge.from}/${edge.way}`, source: edge.from, sourceHandle: edge.way, target: edge.to,
      style: { strokeWidth: THINNEST + (THICKEST - THINNEST) * Math.sqrt((count ?? 0) / most) },
      ...(count === undefined ? {} : { label: number(count) }),
    }));
  }, [graph, flow.nodes, flow.options, number]);
  return (
    <div className="flow-canvas" role="region" aria-label={t('flows.drawing')}>
      <ReactFlow
        nodes={nodes} edges={edges} nodeTypes={nodeTypes} fitView fitViewOptions={{ maxZoom: 1, padding: 0.12 }} minZoom={0.2} maxZoom={1.5} panOnScroll
        nodesDraggable={false} nodesConnectable={false} nodesFocusable={false} edgesFocusable={false} elementsSelectable={false} zoomOnDoubleClick={false}
        ariaLabelConfig={{ 'controls.ariaLabel': t('flows.view'), 'controls.zoomIn.ariaLabel': t('flows.zoom_in'), 'controls.zoomOut.ariaLabel': t('flows.zoom_out'), 'controls.fitView.ariaLabel': t('flows.fit') }}
      >
        <Background gap={20} size={1} color="var(--line-strong)" />
        <Controls showInteractive={false} position="bottom-left" orientation="horizontal" />
      </ReactFlow>
    </div>
  );
}
