import { useState } from 'react';
import { Link } from 'wouter';

type Props = {
  readonly id: string;
  readonly to?: string;
  /** Where a page is about it. */
  readonly isWhole?: boolean;
};

const SHORT_CHARS = 8;
const COPIED_FOR_MS = 1_500;

/** An id by its last characters (the first tell only the time); whole on hover, and to copy. */
export function Identifier({ id, to, isWhole = false }: Props) {
  const [isCopied, setCopied] = useState(false);
  const short = !isWhole && id.length > SHORT_CHARS + 4 ? `…${id.slice(-SHORT_CHARS)}` : id;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(id);
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_FOR_MS);
  };
  return (
    <span className="identifier">
      {to === undefined ? (
        <code title={id}>{short}</code>
      ) : (
        <Link href={to} title={id}>
          <code>{short}</code>
        </Link>
      )}
      <button type="button" className="copy" aria-label={`Copy ${id}`} onClick={() => void copy()}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          {isCopied ? <path d="m3 8.5 3.5 3.5L13 4.5" /> : <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />}
        </svg>
      </button>
    </span>
  );
}
