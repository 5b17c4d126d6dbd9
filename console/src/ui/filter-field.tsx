import { useState } from 'react';
import { TextField } from './field.tsx';

type Props = {
  readonly label: string;
  readonly hint?: string;
  readonly type?: 'text' | 'search' | 'date';
  readonly value: string;
  readonly onValue: (value: string) => void;
  /** Why this cannot be filtered by; undefined: it can. */
  readonly wrong?: (value: string) => string | undefined;
};

/** A filter that is typed: it counts once whoever types is done, by Enter or by going on. */
export const FilterField = (props: Props) => <Draft key={props.value} {...props} />;

function Draft({ value, onValue, wrong, type = 'text', ...field }: Props) {
  const [draft, setDraft] = useState(value);
  const [error, setError] = useState<string>();
  const commit = (): void => {
    const wanted = draft.trim();
    const problem = wanted === '' ? undefined : wrong?.(wanted);
    setError(problem);
    if (problem === undefined && wanted !== value) onValue(wanted);
  };
  return (
    <TextField
      {...field}
      type={type}
      value={draft}
      error={error}
      onValue={setDraft}
      onBlur={commit}
      onKeyDown={({ key }) => {
        if (key === 'Enter') commit();
      }}
    />
  );
}
