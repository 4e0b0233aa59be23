import './page.css';
import { type ReactNode, useEffect } from 'react';
import { IconArrowLeft } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

interface PageProps {
  title: string;
  /** The place above this one. */
  crumb?: {
    label: string;
    to:
      | '/'
      | '/contacts'
      | '/segments'
      | '/campaigns'
      | '/flows'
      | '/templates'
      | '/links'
      | '/settings';
  };
  /** What stands beside the title: a state, when it was saved. */
  note?: ReactNode;
  actions?: ReactNode;
  /** Panes bring their own padding. */
  bare?: boolean;
  children: ReactNode;
}

/** The bar on top and the ground below; every page has this shape. */
export function Page({ title, crumb, note, actions, bare = false, children }: PageProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = t('ui.document_title', { title });
  }, [title, t]);
  return (
    <>
      <header className="top-bar">
        {crumb && (
          <Link className="crumb" to={crumb.to}>
            <IconArrowLeft size={18} stroke={1.5} aria-hidden="true" />
            <span>{crumb.label}</span>
          </Link>
        )}
        <h1 className="cut">
          <bdi>{title}</bdi>
        </h1>
        {note !== undefined && <div className="note small muted">{note}</div>}
        <div className="actions">{actions}</div>
      </header>
      {bare ? children : <div className="page">{children}</div>}
    </>
  );
}

/** A rule, a heading and its note on one line. */
export function Section({
  title,
  note,
  end,
  first = false,
  children,
}: {
  title: string;
  note?: ReactNode;
  end?: ReactNode;
  first?: boolean;
  children: ReactNode;
}) {
  return (
    <section className={first ? undefined : 'section'} aria-label={title}>
      <header className="section-head">
        <h2>{title}</h2>
        {note !== undefined && <span className="small faint">{note}</span>}
        {end !== undefined && <span className="end">{end}</span>}
      </header>
      {children}
    </section>
  );
}
