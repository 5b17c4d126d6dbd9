import { useState } from 'react';
import { formatCount } from '../../format/count.ts';
import { service } from '../../service/service.ts';
import { ActionDialog } from '../../ui/action-dialog.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { usePreview } from '../../ui/use-preview.ts';
import { Concerned, concernsAny } from './concerned.tsx';

/** One of them, or all of a group, or all there are. */
type Selection = { readonly ids: string[] } | { readonly groupId: string } | { readonly all: true };
type Act = 'replay' | 'discard';
type Props = { readonly selection: Selection; readonly onClose: () => void };

const LIMIT_MAX = 10_000;

const wholeIn = (text: string, max: number): number | undefined => {
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 && value <= max ? value : undefined;
};

const useConcerned = (selection: Selection, limit: number | undefined) =>
  usePreview(limit === undefined ? undefined : ['dead letters', selection, limit], (signal) =>
    service.replayDeadLetters({ ...selection, ...(limit && { limit }), preview: true }, { signal }),
  );

const LettersConcerned = ({ preview }: { readonly preview: ReturnType<typeof useConcerned> }) => (
  <Concerned preview={preview} none="Nothing: none of these has failed and waits.">
    {(count) =>
      count === 1 ? 'This concerns one message.' : `This concerns ${formatCount(count)} messages.`
    }
  </Concerned>
);

const Limit = ({ value, onValue }: { readonly value: string; readonly onValue: (value: string) => void }) => (
  <TextField
    label="At most"
    type="number"
    min={1}
    max={LIMIT_MAX}
    hint="So many of them, the oldest first"
    value={value}
    onValue={onValue}
  />
);

function Replay({ selection, onClose }: Props) {
  const [limit, setLimit] = useState('100');
  const [speed, setSpeed] = useState('10');
  const most = wholeIn(limit, LIMIT_MAX);
  const perSecond = wholeIn(speed, 1_000);
  const concerned = useConcerned(selection, most);
  const command = { ...selection, limit: most ?? 1, perSecond: perSecond ?? 1 };
  return (
    <ActionDialog
      title="Replay"
      confirm="Replay"
      command={command}
      isIncomplete={perSecond === undefined || !concernsAny(concerned)}
      send={() => service.replayDeadLetters(command)}
      onClose={onClose}
    >
      <p>The messages are handed to their consumer again. What fails again comes back here.</p>
      {!('ids' in selection) && (
        <>
          <Limit value={limit} onValue={setLimit} />
          <TextField label="Per second" type="number" min={1} value={speed} onValue={setSpeed} />
        </>
      )}
      <LettersConcerned preview={concerned} />
    </ActionDialog>
  );
}

function Discard({ selection, onClose }: Props) {
  const [limit, setLimit] = useState('100');
  const [reason, setReason] = useState('');
  const most = wholeIn(limit, LIMIT_MAX);
  const concerned = useConcerned(selection, most);
  const command = { ...selection, limit: most ?? 1, reason: reason.trim() };
  return (
    <ActionDialog
      title="Discard"
      confirm="Discard for good"
      tone="danger"
      command={command}
      isIncomplete={command.reason === '' || !concernsAny(concerned)}
      send={() => service.discardDeadLetters(command)}
      onClose={onClose}
    >
      <p>They are given up: what their consumer would have done is not done. This cannot be undone.</p>
      <TextField label="Reason" required maxLength={500} value={reason} onValue={setReason} />
      {!('ids' in selection) && <Limit value={limit} onValue={setLimit} />}
      <LettersConcerned preview={concerned} />
    </ActionDialog>
  );
}

export function DeadLetterActions({
  selection,
  about,
}: {
  readonly selection: Selection;
  /** What the buttons act on, for those who do not see where they stand. */
  readonly about: string;
}) {
  const [act, setAct] = useState<Act>();
  const close = (): void => setAct(undefined);
  return (
    <span className="button-row">
      <Button aria-label={`Replay ${about}`} onClick={() => setAct('replay')}>
        Replay
      </Button>
      <Button tone="danger" aria-label={`Discard ${about}`} onClick={() => setAct('discard')}>
        Discard
      </Button>
      {act === 'replay' && <Replay selection={selection} onClose={close} />}
      {act === 'discard' && <Discard selection={selection} onClose={close} />}
    </span>
  );
}
