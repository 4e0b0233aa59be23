import { useClickOutside } from '@mantine/hooks';
import type { EditorView } from 'prosemirror-view';
import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import styles from './editor.module.css';

const MARGIN = 8;

interface FloatingProps {
  view: EditorView;
  /** The stretch of the document that it stands under. */
  from: number;
  to: number;
  label: string;
  onClose: (toText: boolean) => void;
  children: ReactNode;
}

/** A small form under a stretch of text, inside the editor's own width. */
export function Floating({ view, from, to, label, onClose, children }: FloatingProps) {
  const box = useRef<HTMLDivElement>(null);
  const outside = useClickOutside(() => onClose(false));
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null);
  useLayoutEffect(() => {
    const frame = view.dom.parentElement?.parentElement?.getBoundingClientRect();
    const size = box.current?.getBoundingClientRect();
    if (!frame || !size) return;
    const last = view.state.doc.content.size;
    const begin = view.coordsAtPos(Math.min(from, last));
    const end = view.coordsAtPos(Math.min(to, last), -1);
    const left = Math.max(
      MARGIN,
      Math.min(begin.left - frame.left, frame.width - size.width - MARGIN),
    );
    setPlace({ left, top: Math.min(end.bottom, frame.bottom) - frame.top + 6 });
  }, [view, from, to]);
  useLayoutEffect(() => {
    if (place) box.current?.scrollIntoView({ block: 'nearest' });
  }, [place]);
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === 'Escape') onClose(true);
  };
  return (
    <div
      ref={(element) => {
        box.current = element;
        outside.current = element;
      }}
      role="dialog"
      aria-label={label}
      className={styles.floating}
      style={place ?? { left: MARGIN, top: 0, opacity: 0 }}
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  );
}
