import { useEffect, useRef, type ReactNode } from 'react';

type Props = {
  readonly title: string;
  readonly actions?: ReactNode;
  /** Under the title. */
  readonly lead?: ReactNode;
  readonly children: ReactNode;
};

/** What a route shows. Names the document, and takes the focus, so that a screen reader tells of the new page. */
export function Page({ title, actions, lead, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Order Payments`;
  }, [title]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <>
      <header className="page-head">
        <div className="page-title">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead !== undefined && <div className="page-lead">{lead}</div>}
        </div>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

type SectionProps = {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
};

export const Section = ({ title, actions, children }: SectionProps) => (
  <section className="section">
    <header className="section-head">
      <h2>{title}</h2>
      {actions !== undefined && <div className="section-actions">{actions}</div>}
    </header>
    {children}
  </section>
);
