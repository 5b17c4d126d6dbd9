import { useMutation } from '@tanstack/react-query';
import { useState, type SubmitEvent, type ReactNode } from 'react';
import { refreshAll } from '../service/queries.ts';
import { Failure } from './answer.tsx';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

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
  /** The fields, and what will come of it. */
  readonly children: ReactNode;
};

/** Asks before something is done; shows a refusal in words, and stays until it is done or left. */
export function ActionDialog<T>({ title, confirm, tone = 'primary', children, ...action }: Props<T>) {
  const { command, send, onDone, onClose, isIncomplete = false } = action;
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
  });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!sending.isPending && !isIncomplete) sending.mutate();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        {children}
        {sending.error !== null && <Failure error={sending.error} />}
        <div className="dialog-foot">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" tone={tone} disabled={isIncomplete || sending.isPending}>
            {sending.isPending ? 'Sending …' : confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
