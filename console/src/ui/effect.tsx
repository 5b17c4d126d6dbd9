import type { ReactNode } from 'react';
import { refusalOf } from '../service/refusal.ts';
import type { Preview } from './use-preview.ts';

type Props<T> = { readonly preview: Preview<T>; readonly children: (after: T) => ReactNode };

/** What a command will do, before it is sent. Read out when it changes. */
export const Effect = <T,>({ preview, children }: Props<T>) => (
  <div
    className={`effect ${preview.is === 'refused' ? 'effect-refused' : ''}`}
    role="group"
    aria-label="What will happen"
    aria-live="polite"
    aria-busy={preview.is === 'asking'}
  >
    {preview.is === 'incomplete' && <p>What will happen is shown here once it is filled in.</p>}
    {preview.is === 'asking' && <p>Asking what will happen …</p>}
    {preview.is === 'known' && children(preview.after)}
    {preview.is === 'refused' && <Refused error={preview.error} />}
    {preview.is === 'unavailable' && (
      <p>The service did not say what will happen: {refusalOf(preview.error).title.toLowerCase()}.</p>
    )}
  </div>
);

function Refused({ error }: { readonly error: unknown }) {
  const { title, detail, fields } = refusalOf(error);
  return (
    <>
      <strong>{title}</strong>
      {detail !== undefined && fields.length === 0 && <p>{detail}</p>}
      {fields.map((field) => (
        <p key={field}>{field}</p>
      ))}
    </>
  );
}
