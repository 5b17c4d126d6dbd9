import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

type Props = { readonly title: string; readonly secret: string | null; readonly onClose: () => void };

/** Shown once: the service keeps only its hash, or does not tell it again. */
export function Secret({ title, secret, onClose }: Props) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(secret ?? '');
    setCopied(true);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {secret === null ? (
        <p>It was shown to whoever sent this request first, and cannot be shown again.</p>
      ) : (
        <>
          <p>Keep it now: it is not shown again.</p>
          <pre className="json secret" aria-label={title}>
            {secret}
          </pre>
        </>
      )}
      <div className="dialog-foot">
        {secret !== null && <Button onClick={() => void copy()}>{isCopied ? 'Copied' : 'Copy'}</Button>}
        <Button tone="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}
