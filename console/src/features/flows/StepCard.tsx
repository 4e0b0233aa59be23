import {
  IconFlag,
  IconGitFork,
  IconHeadset,
  IconMenu2,
  IconMessage,
  IconPlayerPlay,
  type Icon,
} from '@tabler/icons-react';
import { createContext, type ReactNode, use } from 'react';
import { useTranslation } from 'react-i18next';
import type { Flow, FlowNode, Message } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { useSentence } from '@/ui/expression/sentence';
import { fillVariables } from '@/ui/telegram/richText';
import { TagChip } from '@/ui/TagChip';
import type { NodeType } from './graph';

export const icons: Record<NodeType, Icon> = {
  start: IconPlayerPlay,
  message: IconMessage,
  menu: IconMenu2,
  condition: IconGitFork,
  handover: IconHeadset,
  end: IconFlag,
};

export interface Drawing {
  flow: Pick<Flow, 'nodes' | 'options'>;
  colors: Record<string, string>;
  selected: string | undefined;
  /** Faults by step. */
  faults: Map<string, string[]>;
  onSelect: (id: string) => void;
  /** The words of a step's message, without its formatting. */
  wordsOf: (message: Message) => string;
}
export const DrawingContext = createContext<Drawing | null>(null);
export function useDrawing(): Drawing {
  const drawing = use(DrawingContext);
  if (!drawing) throw new Error('a step is drawn inside a flow only');
  return drawing;
}

/** What a step says in one line, as people who lack every value read it. */
const plain = (node: FlowNode, wordsOf: Drawing['wordsOf']) =>
  'message' in node && node.message
    ? fillVariables({ text: wordsOf(node.message), entities: [] }, {})
        .text.replace(/\s+/gu, ' ')
        .trim()
    : '';

/** What a step is called: its own words, else its kind. */
export function useStepTitle(): (id: string, node: FlowNode | undefined) => string {
  const { t } = useTranslation();
  const { wordsOf } = useDrawing();
  return (id, node) => {
    if (!node) return id;
    return node.type === 'start' || node.type === 'end'
      ? t(`flows.kind.${node.type}`)
      : plain(node, wordsOf).slice(0, 60) || t(`flows.kind.${node.type}`);
  };
}

export function useTriggerText(): (trigger: {
  command?: string;
  payload?: string;
  keyword?: string;
}) => string {
  const { t } = useTranslation();
  return ({ command, payload, keyword }) => {
    if (command !== undefined) return t('flows.trigger.command', { value: command });
    if (payload !== undefined) return t('flows.trigger.payload', { value: payload });
    return t('flows.trigger.keyword', { value: keyword ?? '' });
  };
}

interface CardProps {
  id: string;
  node: FlowNode;
  /** Where an edge leaves, on the canvas. */
  exit?: (way: string) => ReactNode;
}

function Tags({ names }: { names: string[] }) {
  const { colors } = useDrawing();
  return (
    <>
      {names.slice(0, 2).map((name) => (
        <TagChip key={name} name={name} color={colors[name]} />
      ))}
      {names.length > 2 && <span className="small faint">+{names.length - 2}</span>}
    </>
  );
}

function Ways({ id, node, exit }: CardProps) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { flow } = useDrawing();
  if (node.type === 'menu') {
    return node.options.map((option) => (
      <div className="flows-step-way" key={option.key}>
        <span className="cut">{option.text || t('flows.no_text')}</span>
        <Tags names={option.add_tags ?? []} />
        <span className="end figure muted">{number(flow.options[`${id}/${option.key}`] ?? 0)}</span>
        {option.next && exit?.(option.key)}
      </div>
    ));
  }
  if (node.type === 'condition') {
    return (['then', 'else'] as const).map((way) => (
      <div className="flows-step-way" key={way}>
        <span>{t(`flows.${way}`)}</span>
        {exit?.(way)}
      </div>
    ));
  }
  return (node.type === 'start' || (node.type === 'message' && node.next)) && exit?.('next');
}

function Says({ node }: { node: FlowNode }) {
  const { t } = useTranslation();
  const { wordsOf } = useDrawing();
  const sentence = useSentence();
  const triggerText = useTriggerText();
  if (node.type === 'start')
    return (
      <ul className="flows-step-triggers">
        {(node.triggers ?? []).slice(0, 4).map((trigger, index) => (
          <li key={index} className="cut">
            {triggerText(trigger)}
          </li>
        ))}
        {!node.triggers?.length && <li className="muted">{t('flows.no_trigger')}</li>}
      </ul>
    );
  if (node.type === 'end') return null;
  const words =
    node.type === 'condition'
      ? sentence(node.expression)
      : node.type === 'handover' && !node.message
        ? t('flows.to_inbox')
        : plain(node, wordsOf);
  return (
    <p className="flows-step-says" dir="auto">
      {words || <span className="bad">{t('flows.no_text')}</span>}
    </p>
  );
}

/** One step: what it says, its ways out and how many took each. */
export function StepCard({ id, node, exit }: CardProps) {
  const { t } = useTranslation();
  const { number, percent } = useFormat();
  const { flow, selected, faults, onSelect } = useDrawing();
  const Sign = icons[node.type];
  const seen = flow.nodes[id];
  const wrong = faults.has(id);
  const stopped =
    seen && (node.type === 'menu' || node.type === 'message') ? seen.reached - seen.left : 0;
  return (
    <div
      className={`flows-step ${node.type}${selected === id ? ' on' : ''}${wrong ? ' wrong' : ''}`}
    >
      <button
        type="button"
        className="flows-step-head nopan"
        aria-pressed={selected === id}
        onClick={() => onSelect(id)}
      >
        <Sign size={15} stroke={1.5} aria-hidden="true" />
        <b>{t(`flows.kind.${node.type}`)}</b>
        <span className="end figure muted">{seen ? number(seen.reached) : ''}</span>
      </button>
      <Says node={node} />
      <Ways id={id} node={node} exit={exit ?? (() => null)} />
      {wrong ? (
        <p className="flows-step-under bad">{faults.get(id)?.[0]}</p>
      ) : (
        stopped > 0 &&
        seen &&
        node.type === 'menu' && (
          <p className="flows-step-under">
            {t('flows.stop_here', { share: percent(stopped / seen.reached) })}
          </p>
        )
      )}
    </div>
  );
}
