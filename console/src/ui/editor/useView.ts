/** The editor's view in the life of a React component. */
import type { Node } from 'prosemirror-model';
import { type Command, EditorState, NodeSelection } from 'prosemirror-state';
import { EditorView, type NodeViewConstructor } from 'prosemirror-view';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { WrittenText } from '@/ui/telegram/richText';
import { readDocument, writeDocument } from './document';
import { clipboardParser, withoutForeignMark } from './paste';
import { sliceOfText } from './pastedText';
import { plugins } from './plugins';
import { schema } from './schema';

export interface ViewOptions {
  rich: WrittenText;
  readOnly: boolean;
  attributes: Record<string, string>;
  onChange: (rich: WrittenText) => void;
  /** Before every other key. */
  onKey: (event: KeyboardEvent) => boolean;
  keys: Record<string, Command>;
  /** A field was clicked, and is chosen now. */
  onField: () => void;
  /** How a field is called. */
  fieldLabel: (name: string) => { text: string; known: boolean };
  /** Changes with the language. */
  language: string;
}

/** A field as a pill: its name, and what stands for people who lack it. */
function fieldView(latest: { current: ViewOptions }): NodeViewConstructor {
  return (node) => {
    const dom = document.createElement('span');
    dom.dataset.pill = '';
    const draw = ({ attrs }: Node) => {
      const { text, known } = latest.current.fieldLabel(String(attrs.name));
      dom.dataset.field = String(attrs.name);
      dom.dataset.fallback = String(attrs.fallback);
      dom.toggleAttribute('data-unknown', !known);
      const fallback = document.createElement('span');
      fallback.textContent = String(attrs.fallback);
      dom.replaceChildren(text, ...(attrs.fallback ? [' | ', fallback] : []));
    };
    draw(node);
    return {
      dom,
      update: (next) => {
        if (next.type !== schema.nodes.field) return false;
        draw(next);
        return true;
      },
      ignoreMutation: () => true,
    };
  };
}

export const sameText = (one: WrittenText, other: WrittenText) =>
  one === other ||
  (one.text === other.text && JSON.stringify(one.entities) === JSON.stringify(other.entities));

export function useView(options: ViewOptions) {
  const latest = useRef(options);
  useLayoutEffect(() => {
    latest.current = options;
  });
  const [place, setPlace] = useState<HTMLDivElement | null>(null);
  const [view, setView] = useState<EditorView | null>(null);
  const [state, setState] = useState<EditorState | null>(null);
  /** What the document says in the owner's words: what was opened, or what was told last. */
  const told = useRef(options.rich);

  useLayoutEffect(() => {
    if (!place) return;
    const fresh = (doc: Node) => EditorState.create({ doc, plugins: plugins(latest.current.keys) });
    const made = new EditorView(place, {
      state: fresh(readDocument(told.current)),
      editable: () => !latest.current.readOnly,
      attributes: () => latest.current.attributes,
      nodeViews: { field: fieldView(latest) },
      clipboardParser,
      transformPastedHTML: withoutForeignMark,
      clipboardTextParser: sliceOfText,
      clipboardTextSerializer: (slice) =>
        writeDocument(
          schema.topNodeType.createAndFill(null, slice.content) ??
            schema.node('doc', null, [schema.node('line')]),
        ).text,
      handleKeyDown: (_, event) => latest.current.onKey(event),
      handleClickOn: (clicked, _pos, node, nodePos, _event, direct) => {
        if (!direct || node.type !== schema.nodes.field || latest.current.readOnly) return false;
        clicked.dispatch(
          clicked.state.tr.setSelection(NodeSelection.create(clicked.state.doc, nodePos)),
        );
        latest.current.onField();
        return true;
      },
      dispatchTransaction(tr) {
        const next = made.state.apply(tr);
        made.updateState(next);
        setState(next);
        if (!tr.docChanged) return;
        told.current = writeDocument(next.doc);
        latest.current.onChange(told.current);
      },
    });
    setView(made);
    setState(made.state);
    return () => {
      made.destroy();
      setView(null);
    };
  }, [place]);

  // Another text from outside: a template, a canned reply, what somebody else saved. The history begins anew. Before
  // the next key, so that what was just typed is never taken for another text.
  useLayoutEffect(() => {
    if (!view || sameText(told.current, options.rich)) return;
    told.current = options.rich;
    const next = EditorState.create({
      doc: readDocument(options.rich),
      plugins: view.state.plugins,
    });
    view.updateState(next);
    setState(next);
  }, [view, options.rich]);

  const { readOnly, language } = options;
  const named = JSON.stringify(options.attributes);
  useEffect(() => {
    view?.setProps({ attributes: () => latest.current.attributes });
  }, [view, readOnly, named]);
  useEffect(() => {
    view?.setProps({ nodeViews: { field: fieldView(latest) } });
  }, [view, language]);

  return { mount: setPlace, view, state };
}
