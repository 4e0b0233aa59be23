import './figures.css';
import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { Expression } from '@/api/types';
import { useFormat } from '@/i18n/format';

interface CountProps {
  value: number;
  /** Who is counted; the number opens their list. Zero and numbers of things without a list are plain text. */
  people?: Expression | undefined;
  /** Grey while a newer value is on its way; the last one stays. */
  stale?: boolean;
  size?: 'lead' | 'mid';
  children?: ReactNode;
}

/** A number that opens the people behind it. */
export function Count({ value, people, stale = false, size, children }: CountProps) {
  const { number } = useFormat();
  const classes = ['count', size ? `${size}-figure` : '', stale ? 'stale' : ''].join(' ').trim();
  const text = children ?? number(value);
  if (!people || value === 0) return <span className={`figure ${classes} still`}>{text}</span>;
  return (
    <Link className={`figure ${classes}`} to="/contacts" search={{ e: people }}>
      {text}
    </Link>
  );
}
