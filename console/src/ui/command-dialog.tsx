import { useState, type ReactNode } from 'react';
import { ActionDialog } from './action-dialog.tsx';
import { Effect } from './effect.tsx';
import { TextField } from './field.tsx';
import { isSendable, usePreview } from './use-preview.ts';

type Reason = { readonly reason?: string };
type Seen = { readonly ifMatch: number };
type Sending = Seen & { readonly idempotencyKey: string };

/** What a dialog about something is given by the page that opens it. */
export type Opened = {
  readonly isOutdated: boolean;
  readonly onLookAgain: () => void;
  readonly onDone: (said: string) => void;
  readonly onClose: () => void;
};

type Props<Command, Effected, Result> = Opened & {
  readonly title: string;
  /** What the button says; of what is foretold for this very command, undefined as long as nothing is. */
  readonly confirm: string | ((after: Effected | undefined) => string);
  readonly tone?: 'primary' | 'danger';
  /** Undefined: the fields do not make one yet. */
  readonly command: Command | undefined;
  /** Of what it changes, as it was shown: changed by others meanwhile, it is refused. */
  readonly version: number;
  readonly ask: (command: Command, seen: Seen & { readonly signal: AbortSignal }) => Promise<Effected>;
  readonly effect: (after: Effected) => ReactNode;
  /** What it is sent with of what was foretold, so that it does that or is refused. */
  readonly expected?: (after: Effected) => Partial<Command>;
  /** The version of what else it is foretold from. */
  readonly basis?: number | undefined;
  readonly send: (command: Command & Reason, sending: Sending) => Promise<Result>;
  /** What came of it, in words. */
  readonly outcome: (result: Result) => string;
  /** What keeps the reason. */
  readonly reasonHint: string;
  readonly children?: ReactNode;
};

const REASON_MAX_CHARS = 500;

/** A change with what will come of it, as the service foretells it, and why it is made. */
export function CommandDialog<Command extends object, Effected, Result>({
  confirm,
  command,
  version,
  ask,
  effect,
  expected,
  basis,
  send,
  outcome,
  reasonHint,
  children,
  ...dialog
}: Props<Command, Effected, Result>) {
  const [text, setText] = useState('');
  const reason = text.trim();
  const preview = usePreview(command && [dialog.title, version, basis, command], (signal) =>
    ask(command!, { ifMatch: version, signal }),
  );
  const foretold = preview.is === 'known' ? preview.after : undefined;
  const named = command && {
    ...command,
    ...(foretold !== undefined && expected?.(foretold)),
    ...(reason !== '' && { reason }),
  };
  return (
    <ActionDialog
      {...dialog}
      confirm={typeof confirm === 'string' ? confirm : confirm(foretold)}
      command={[version, named]}
      isIncomplete={!named || !isSendable(preview)}
      send={(idempotencyKey) => send(named!, { idempotencyKey, ifMatch: version })}
      onDone={(result) => dialog.onDone(outcome(result))}
    >
      {children}
      <TextField
        label="Reason"
        hint={reasonHint}
        maxLength={REASON_MAX_CHARS}
        value={text}
        onValue={setText}
      />
      <Effect preview={preview}>{effect}</Effect>
    </ActionDialog>
  );
}
