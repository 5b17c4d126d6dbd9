import { useState } from 'react';
import { service } from '../../service/service.ts';
import { ActionDialog } from '../../ui/action-dialog.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';

export type Unit = Awaited<ReturnType<typeof service.listSubscriptions>>['data'][number];
type Act = 'pause' | 'resume' | 'rebuild' | 'cancel';

const ASKED: Readonly<Record<Act, { title: string; confirm: string; effect: string }>> = {
  pause: {
    title: 'Pause',
    confirm: 'Pause',
    effect:
      'It applies nothing more until it is resumed. Orders and payments go on; what it shows stays as it is.',
  },
  resume: { title: 'Resume', confirm: 'Resume', effect: 'It goes on where it stopped, and catches up.' },
  rebuild: {
    title: 'Rebuild',
    confirm: 'Rebuild',
    effect:
      'It is built anew from the whole log beside the one in use, and takes its place when it has caught up. Traffic goes on meanwhile.',
  },
  cancel: {
    title: 'Cancel the rebuild',
    confirm: 'Drop what was built',
    effect: 'The one in use stays as it is.',
  },
};

type Props = {
  readonly name: string;
  /** Whether there is anything that runs, that stands still, that is being built. */
  readonly isRunning: boolean;
  readonly isStopped: boolean;
  readonly isProjection: boolean;
  readonly isBuilding: boolean;
};

const send = (act: Act, name: string, reason: { readonly reason?: string }): Promise<unknown> => {
  if (act === 'pause') return service.pauseSubscription({ name, ...reason });
  if (act === 'resume') return service.resumeSubscription({ name, ...reason });
  return act === 'rebuild'
    ? service.rebuildProjection({ name, ...reason })
    : service.cancelRebuild({ name, ...reason });
};

type ActProps = { readonly act: Act; readonly name: string; readonly onClose: () => void };

function ActDialog({ act, name, onClose }: ActProps) {
  const { title, confirm, effect } = ASKED[act];
  const [reason, setReason] = useState('');
  const given = reason.trim() === '' ? {} : { reason: reason.trim() };
  return (
    <ActionDialog
      title={`${title}: ${name}`}
      confirm={confirm}
      command={[act, given]}
      send={() => send(act, name, given)}
      onClose={onClose}
    >
      <p className="effect">{effect}</p>
      <TextField
        label="Reason"
        hint="Kept in the audit log"
        maxLength={500}
        value={reason}
        onValue={setReason}
      />
    </ActionDialog>
  );
}

export function SubscriptionActions({ name, ...state }: Props) {
  const [act, setAct] = useState<Act>();
  const button = (which: Act) => (
    <Button aria-label={`${ASKED[which].title} ${name}`} onClick={() => setAct(which)}>
      {ASKED[which].title}
    </Button>
  );
  return (
    <span className="button-row">
      {state.isRunning && button('pause')}
      {state.isStopped && button('resume')}
      {state.isProjection && !state.isBuilding && button('rebuild')}
      {state.isBuilding && button('cancel')}
      {act && <ActDialog act={act} name={name} onClose={() => setAct(undefined)} />}
    </span>
  );
}
