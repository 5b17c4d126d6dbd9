import { useMutation } from '@tanstack/react-query';
import { useState, type SubmitEvent, type ReactNode } from 'react';
import { refreshAll, refreshLive } from '../service/queries.ts';
import { Failure } from './answer.tsx';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { isOutdated } from './use-preview.ts';

type Props<T> = {
  readonly title: string;
  /** What the button says: the thing that is done, `Refund 12.00 USD`. */
  readonly confirm: string;
  readonly tone?: 'primary' | 'danger';
  /** Set: it cannot be confirmed as it is. */
  readonly isIncomplete?: boolean;
  /** What the command is sent with: changed fields make another command. */
  readonly command: unknown;
  /** Sends it. The key is the same for the same command, so that it is carried out once however often it is sent. */
  readonly send: (idempotencyKey: string) => Promise<T>;
  readonly onDone?: (result: T) => void;
  readonly onClose: () => void;
  /** What it is about is no longer what was seen; confirmed can only be what was looked at again. */
  readonly isOutdated?: boolean;
  readonly onLookAgain?: () => void;
  /** The fields, and what will come of it. */
  readonly children: ReactNode;
};

/** Asks before something is done; shows a refusal in words, and stays until it is done or left. */
export function ActionDialog<T>({ title, confirm, tone = 'primary', children, ...action }: Props<T>) {
  const { command, send, onDone, onClose, onLookAgain, isIncomplete = false } = action;
  const [keys] = useState(() => new Map<string, string>());
  const keyOf = (): string => {
    const text = JSON.stringify(command);
    const key = keys.get(text) ?? crypto.randomUUID();
    keys.set(text, key);
    return key;
  };
  const sending = useMutation({
    mutationFn: () => send(keyOf()),
    onSuccess: async (result) => {
      onDone?.(result);
      onClose();
      await refreshAll();
    },
    onError: (error) => (isOutdated(error) ? refreshLive() : undefined),
  });
  // What it changes itself shows before it is answered.
  const isChanged = !sending.isPending && (action.isOutdated === true || isOutdated(sending.error));
  const isBlocked = isIncomplete || isChanged || sending.isPending;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!isBlocked) sending.mutate();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        {children}
        {sending.error !== null && !isOutdated(sending.error) && <Failure error={sending.error} />}
        {isChanged && <Changed onLookAgain={action.isOutdated ? onLookAgain : undefined} />}
        <div className="dialog-foot">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" tone={tone} disabled={isBlocked}>
            {sending.isPending ? 'Sending …' : confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const Changed = ({ onLookAgain }: { readonly onLookAgain: (() => void) | undefined }) => (
  <div className="failure" role="alert">
    <strong>It has changed since you opened this</strong>
    <p>Look at how it is now, then decide again.</p>
    {onLookAgain && (
      <p>
        <Button onClick={onLookAgain}>Look again</Button>
      </p>
    )}
  </div>
);
