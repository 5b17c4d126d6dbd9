import {
  useId,
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
} from 'react';

type Labelled = { readonly label: string; readonly hint?: ReactNode; readonly error?: string | undefined };

type FrameProps = Labelled & {
  readonly children: (ids: { readonly id: string; readonly 'aria-describedby'?: string }) => ReactNode;
};

function Frame({ label, hint, error, children }: FrameProps) {
  const id = useId();
  const said = error ?? hint;
  return (
    <div className={`field ${error === undefined ? '' : 'field-wrong'}`}>
      <label htmlFor={id}>{label}</label>
      {children({ id, ...(said !== undefined && { 'aria-describedby': `${id}-said` }) })}
      {said !== undefined && (
        <div id={`${id}-said`} className="field-said">
          {said}
        </div>
      )}
    </div>
  );
}

type TextProps = Labelled &
  Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'id'> & {
    readonly onValue: (value: string) => void;
  };

export const TextField = ({ label, hint, error, onValue, ...input }: TextProps) => (
  <Frame label={label} hint={hint} error={error}>
    {(ids) => (
      <input
        type="text"
        {...input}
        {...ids}
        aria-invalid={error !== undefined}
        onChange={(event) => onValue(event.target.value)}
      />
    )}
  </Frame>
);

type SelectProps = Labelled &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange' | 'id'> & {
    readonly onValue: (value: string) => void;
    readonly options: readonly (readonly [value: string, text: string])[];
  };

export const SelectField = ({ label, hint, error, onValue, options, ...select }: SelectProps) => (
  <Frame label={label} hint={hint} error={error}>
    {(ids) => (
      <select {...select} {...ids} onChange={(event) => onValue(event.target.value)}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    )}
  </Frame>
);

type TextAreaProps = Labelled &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange' | 'id'> & {
    readonly onValue: (value: string) => void;
  };

export const TextAreaField = ({ label, hint, error, onValue, ...area }: TextAreaProps) => (
  <Frame label={label} hint={hint} error={error}>
    {(ids) => (
      <textarea
        {...area}
        {...ids}
        aria-invalid={error !== undefined}
        onChange={(event) => onValue(event.target.value)}
      />
    )}
  </Frame>
);
