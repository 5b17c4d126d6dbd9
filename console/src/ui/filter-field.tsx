import { useState } from 'react';
import { TextField } from './field.tsx';

type Props = {
  readonly label: string;
  readonly hint?: string;
  readonly type?: 'text' | 'search' | 'date';
  readonly value: string;
  readonly onValue: (value: string) => void;
  /** Why this cannot be filtered by, as the other filters are now; undefined: it can. */
  readonly wrong?: (value: string) => string | undefined;
};

/** A filter that is typed: it counts once whoever types is done, by Enter or by going on. */
export function FilterField({ value, onValue, wrong, type = 'text', ...field }: Props) {
  const [draft, setDraft] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    // The address has changed: by what was typed, by a link, or by the back button.
    setKnown(value);
    setDraft(value);
  }
  const commit = (): void => {
    const wanted = draft.trim();
    if (wanted !== value) onValue(wanted);
  };
  return (
    <TextField
      {...field}
      type={type}
      value={draft}
      error={value === '' ? undefined : wrong?.(value)}
      onValue={setDraft}
      onBlur={commit}
      onKeyDown={({ key }) => {
        if (key === 'Enter') commit();
      }}
    />
  );
}
