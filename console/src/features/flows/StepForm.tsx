import { Button, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { tagsQuery } from '@/api/queries';
import type { FlowNode, Graph, Message, MenuOption } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Attach } from '@/ui/Attach';
import { MessageEditor } from '@/ui/editor/MessageEditor';
import { withText } from '@/ui/editor/withText';
import { ExpressionSentence } from '@/ui/expression/ExpressionSentence';
import { Section } from '@/ui/Page';
import { Bubble, type BubbleProps } from '@/ui/telegram/Bubble';
import type { WrittenText } from '@/ui/telegram/richText';
import { edgesOf, freshName, freshOption, withNode, withoutNodes } from './graph';
import { NextSelect, OptionFields } from './OptionFields';
import { useDrawing, useTriggerText } from './StepCard';

/** A message as the menu sends it: options in rows of so many. */
function menuMessage(node: Extract<FlowNode, { type: 'menu' }>): BubbleProps['message'] {
  const rows: { text: string }[][] = [];
  node.options.forEach((option, index) => {
    const row = Math.floor(index / (node.columns ?? 1));
    (rows[row] ??= []).push({ text: option.text || ' ' });
  });
  return { ...node.message, buttons: rows };
}

interface FormProps {
  id: string;
  node: FlowNode;
  graph: Graph;
  editable: boolean;
  /** The server's messages about fields of this step, by the path inside it. */
  faultAt: (path: string) => string | undefined;
  onGraph: (graph: Graph) => void;
}

function MessageText({
  id,
  node,
  graph,
  editable,
  faultAt,
  onGraph,
}: FormProps & { node: Extract<FlowNode, { type: 'menu' | 'message' | 'handover' }> }) {
  const { t } = useTranslation();
  const message: Message = node.message ?? { text: '', entities: [] };
  const write = (rich: WrittenText) => {
    onGraph(
      withNode(
        graph,
        id,
        node.type === 'handover' && rich.text === ''
          ? { ...node, message: null }
          : ({ ...node, message: withText(message, rich) } as FlowNode),
      ),
    );
  };
  const attach = (media: Message['media']) => {
    const next: Message = { ...message };
    delete next.media;
    onGraph(
      withNode(graph, id, { ...node, message: media ? { ...next, media } : next } as FlowNode),
    );
  };
  const fault =
    faultAt('/message/text') ??
    faultAt('/message/entities') ??
    (faultAt('/message/media') ? undefined : faultAt('/message'));
  return (
    <div>
      <p className="field-label" aria-hidden="true">
        {t('flows.text')}
      </p>
      <MessageEditor
        key={id}
        message={message}
        onChange={write}
        label={t('flows.text')}
        caption={Boolean(message.media)}
        readOnly={!editable}
        error={fault}
        tools={
          editable && (
            <Attach media={message.media} onChange={attach} error={faultAt('/message/media')} />
          )
        }
      />
    </div>
  );
}

/** Makes an empty message step; the caller leads a way to it. */
function withNewMessage(graph: Graph, text: string): [Graph, string] {
  const id = freshName('message', Object.keys(graph.nodes));
  return [
    withNode(graph, id, { type: 'message', message: { text, entities: [] }, next: null }),
    id,
  ];
}

function MenuForm(props: FormProps & { node: Extract<FlowNode, { type: 'menu' }> }) {
  const { id, node, graph, editable, faultAt, onGraph } = props;
  const { t } = useTranslation();
  const bot = useBot();
  const { onSelect } = useDrawing();
  const tags = useQuery(tagsQuery(bot.id)).data?.items.map((tag) => tag.name) ?? [];
  const set = (options: MenuOption[], base = graph) =>
    onGraph(withNode(base, id, { ...node, options }));
  const change = (at: number, next: Partial<MenuOption>, base = graph) =>
    set(
      node.options.map((option, index) => (index === at ? { ...option, ...next } : option)),
      base,
    );
  const move = (at: number, by: 1 | -1) => {
    const next = [...node.options];
    const [option] = next.splice(at, 1);
    if (option) next.splice(at + by, 0, option);
    set(next);
  };
  if (!editable) return null;
  return (
    <>
      <Select
        size="xs"
        label={t('flows.columns')}
        allowDeselect={false}
        value={String(node.columns)}
        data={['1', '2', '3', '4']}
        onChange={(next) => onGraph(withNode(graph, id, { ...node, columns: Number(next ?? 1) }))}
      />
      <div>
        <p className="field-label">{t('flows.options')}</p>
        <ol className="flows-option-list">
          {node.options.map((option, at) => (
            <OptionFields
              key={option.key}
              option={option}
              place={at}
              count={node.options.length}
              graph={graph}
              self={id}
              tags={tags}
              fault={faultAt(`/options/${at}`)}
              onChange={(next) => change(at, next)}
              onMove={(by) => move(at, by)}
              onRemove={() => set(node.options.filter((_, index) => index !== at))}
              onNew={() => {
                const [bigger, made] = withNewMessage(graph, t('flows.first_words'));
                change(at, { next: made }, bigger);
                onSelect(made);
              }}
            />
          ))}
        </ol>
        <button
          type="button"
          className="text-link small"
          onClick={() => set([...node.options, freshOption(node.options)])}
        >
          {t('flows.add_option')}
        </button>
      </div>
    </>
  );
}

function NextForm({
  id,
  node,
  graph,
  onGraph,
}: FormProps & { node: Extract<FlowNode, { type: 'message' }> }) {
  const { t } = useTranslation();
  const { onSelect } = useDrawing();
  const leadToNew = () => {
    const [bigger, made] = withNewMessage(graph, t('flows.first_words'));
    onGraph(withNode(bigger, id, { ...node, next: made }));
    onSelect(made);
  };
  return (
    <div>
      <p className="field-label">{t('flows.then_to')}</p>
      <NextSelect
        graph={graph}
        self={id}
        value={node.next ?? null}
        label={t('flows.then_to')}
        onChange={(next) => onGraph(withNode(graph, id, { ...node, next }))}
        onNew={leadToNew}
      />
    </div>
  );
}

function Traffic({ id }: { id: string }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { flow } = useDrawing();
  const seen = flow.nodes[id];
  if (!seen) return <p className="small muted">{t('flows.nobody_yet')}</p>;
  return (
    <p className="muted">
      {t(seen.left > seen.reached ? 'flows.seen_often' : 'flows.seen', {
        count: seen.reached,
        reached: number(seen.reached),
        left: number(seen.left),
        stopped: number(Math.max(0, seen.reached - seen.left)),
      })}
    </p>
  );
}

/** The step in view: what it says and does; menus and messages can be changed. */
export function StepForm(props: FormProps) {
  const { id, node, graph, editable, onGraph } = props;
  const { t } = useTranslation();
  const triggerText = useTriggerText();
  const shown = node.type === 'menu' ? menuMessage(node) : 'message' in node ? node.message : null;
  const isMet =
    graph.start === id || edgesOf(graph).some((edge) => edge.to === id && edge.from !== id);
  return (
    <Section first title={t(`flows.kind.${node.type}`)}>
      <div className="flows-step-form">
        <Traffic id={id} />
        {node.type === 'start' && (
          <ul>
            {(node.triggers ?? []).map((trigger, index) => (
              <li key={index}>{triggerText(trigger)}</li>
            ))}
          </ul>
        )}
        {node.type === 'condition' && (
          <p>
            <ExpressionSentence expression={node.expression} />
          </p>
        )}
        {(node.type === 'menu' || node.type === 'message' || node.type === 'handover') && (
          <MessageText {...props} node={node} />
        )}
        {node.type === 'menu' && <MenuForm {...props} node={node} />}
        {node.type === 'message' && editable && <NextForm {...props} node={node} />}
        {node.type === 'handover' && <p className="small muted">{t('flows.handover_means')}</p>}
        {!isMet && editable && (
          <div className="callout warn-ground">
            <span className="words">{t('flows.not_met')}</span>
            <Button onClick={() => onGraph(withoutNodes(graph, [id]))}>
              {t('flows.remove_step')}
            </Button>
          </div>
        )}
        {shown && (
          <div className="tg-wall">
            <Bubble message={shown} />
          </div>
        )}
      </div>
    </Section>
  );
}
