import type { ReactNode } from 'react';
import { refusalOf } from '../service/refusal.ts';
import { Button } from './button.tsx';

/** What went wrong, in words; with `retry` also a way on. */
export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { title, detail, fields, code, requestId } = refusalOf(error);
  return (
    <div className="failure" role="alert">
      <strong>{title}</strong>
      {detail !== undefined && <p>{detail}</p>}
      {fields.length > 0 && (
        <ul>
          {fields.map((field) => (
            <li key={field}>{field}</li>
          ))}
        </ul>
      )}
      <p className="failure-foot">
        {code !== undefined && (
          <a href={`/problems/${code}`} target="_blank" rel="noreferrer">
            {code}
          </a>
        )}
        {requestId !== undefined && <span>request {requestId}</span>}
        {retry && <Button onClick={retry}>Try again</Button>}
      </p>
    </div>
  );
}

/** Takes about the room that the answer will, so that nothing jumps. */
export const Loading = ({ rows = 6 }: { readonly rows?: number }) => (
  <div className="loading" role="status" aria-label="Loading">
    {Array.from({ length: rows }, (_, row) => (
      <div key={row} className="loading-row" />
    ))}
  </div>
);

export const Empty = ({ children }: { readonly children: ReactNode }) => <p className="empty">{children}</p>;

type Query<T> = {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
};

type Props<T> = {
  readonly query: Query<T>;
  readonly rows?: number;
  readonly children: (data: T) => ReactNode;
};

/** One of: loading, what went wrong, the answer; or the last answer with what went wrong since above it. */
export function Answer<T>({ query: { data, error, refetch }, rows, children }: Props<T>) {
  const retry = (): void => void refetch();
  if (data === undefined)
    return error ? <Failure error={error} retry={retry} /> : <Loading {...(rows && { rows })} />;
  return (
    <>
      {error !== null && error !== undefined && <Failure error={error} retry={retry} />}
      {children(data)}
    </>
  );
}
