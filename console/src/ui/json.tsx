/** As it is in the log, to look at and to copy. */
export const Json = ({ value, label }: { readonly value: unknown; readonly label: string }) => (
  <pre className="json" role="region" tabIndex={0} aria-label={label}>
    {JSON.stringify(value, null, 2)}
  </pre>
);
