import { useState } from 'react';
import type { Opened } from './command-dialog.tsx';

type Versioned = { readonly version: number };
type Open<Kind, Thing> = { readonly kind: Kind; readonly seen: Thing };

/** The dialog that is open about something that goes on changing: it keeps to what was seen when it was opened. */
export function useOpened<Kind extends string, Thing extends Versioned>(
  now: Thing,
  say: (text: string) => void,
): readonly [
  open: (Open<Kind, Thing> & { readonly key: string; readonly given: Opened }) | undefined,
  show: (kind: Kind) => void,
] {
  const [open, setOpen] = useState<Open<Kind, Thing>>();
  const show = (kind: Kind): void => {
    say('');
    setOpen({ kind, seen: now });
  };
  if (!open) return [undefined, show];
  const given: Opened = {
    isOutdated: open.seen.version !== now.version,
    onLookAgain: () => setOpen({ kind: open.kind, seen: now }),
    onDone: say,
    onClose: () => setOpen(undefined),
  };
  return [{ ...open, key: `${open.kind} ${open.seen.version}`, given }, show];
}
