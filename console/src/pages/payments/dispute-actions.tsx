import type { Schemas } from '@order-payments/client';
import { useState } from 'react';
import { formatMoney, Money } from '../../format/money.tsx';
import { service } from '../../service/service.ts';
import { useCan } from '../../service/session.tsx';
import { ActionDialog } from '../../ui/action-dialog.tsx';
import { Button } from '../../ui/button.tsx';
import { TextAreaField } from '../../ui/field.tsx';
import { useNotice } from '../../ui/use-notice.tsx';
import './payments.css';

type Dispute = Schemas['Dispute'];
type Props = {
  readonly dispute: Dispute;
  readonly onDone: (said: string) => void;
  readonly onClose: () => void;
};

export function DisputeActions({ dispute }: { readonly dispute: Dispute }) {
  const canAnswer = useCan('refunds:write');
  const [notice, say] = useNotice();
  const [open, setOpen] = useState<'accept' | 'evidence'>();
  const show = (what: 'accept' | 'evidence') => () => {
    say('');
    setOpen(what);
  };
  if (!canAnswer) return null;
  const given = { dispute, onDone: say, onClose: () => setOpen(undefined) };
  const isUndecided = dispute.status === 'open' || dispute.status === 'under_review';
  return (
    <>
      {dispute.status === 'open' && <Button onClick={show('evidence')}>Submit evidence</Button>}
      {isUndecided && (
        <Button tone="danger" onClick={show('accept')}>
          Give it up
        </Button>
      )}
      {notice}
      {open === 'accept' && <AcceptDialog {...given} />}
      {open === 'evidence' && <EvidenceDialog {...given} />}
    </>
  );
}

function AcceptDialog({ dispute: { disputeId, amount, fee }, onDone, onClose }: Props) {
  return (
    <ActionDialog
      title="Give this dispute up?"
      confirm={`Give up ${formatMoney(amount.amount, amount.currency)}`}
      tone="danger"
      command={disputeId}
      send={(idempotencyKey) => service.acceptDispute({ disputeId }, { idempotencyKey })}
      onDone={({ status }) =>
        onDone(
          status === 'lost'
            ? 'The dispute is given up: the money stays with the customer.'
            : 'The provider was told. The dispute is over once it says so.',
        )
      }
      onClose={onClose}
    >
      <div className="effect">
        <p>
          <Money {...amount} /> stays with the customer for good
          {fee.amount > 0 && (
            <>
              , and the fee of <Money {...fee} /> is lost
            </>
          )}
          . The order counts as charged back. This cannot be undone.
        </p>
      </div>
    </ActionDialog>
  );
}

const EVIDENCE_MAX_CHARS = 20_000;
/** The service takes text of one line. */
const inOneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').trim();

function EvidenceDialog({ dispute: { disputeId, amount }, onDone, onClose }: Props) {
  const [text, setText] = useState('');
  const [isSure, setSure] = useState(false);
  const command = { disputeId, evidence: inOneLine(text) };
  return (
    <ActionDialog
      title="Submit evidence"
      confirm="Submit evidence"
      isIncomplete={command.evidence === '' || !isSure}
      command={command}
      send={(idempotencyKey) => service.submitDisputeEvidence(command, { idempotencyKey })}
      onDone={() => onDone('The evidence is with the provider. The customer’s bank decides.')}
      onClose={onClose}
    >
      <div className="evidence">
        <TextAreaField
          label="What speaks against the dispute"
          hint="For the customer’s bank: what was ordered, when it arrived, what the customer wrote. It is not kept here"
          maxLength={EVIDENCE_MAX_CHARS}
          required
          value={text}
          onValue={setText}
        />
      </div>
      <label className="check">
        <input type="checkbox" checked={isSure} onChange={(event) => setSure(event.target.checked)} /> This is
        all: it can be submitted once
      </label>
      <div className="effect">
        <p>
          The provider passes it to the customer’s bank, which decides about <Money {...amount} />. Until then
          the dispute is under review, and no refund can be made.
        </p>
      </div>
    </ActionDialog>
  );
}
