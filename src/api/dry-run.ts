import { Type } from 'typebox';

/** For commands that can be decided without being carried out. */
export const DryRunQuery = Type.Object(
  {
    dryRun: Type.Optional(
      Type.Boolean({
        description:
          '`true`: nothing is done and no provider is called. The answer is 200 with what it would be right after the ' +
          'command, without an ETag, or the problem that the command would meet. No Idempotency-Key is needed or used',
      }),
    ),
  },
  { additionalProperties: false },
);

/** Of a query that may not have been read by its schema yet. */
export const isDryRun = (query: unknown): boolean =>
  ['true', true].includes((query as { readonly dryRun?: string | boolean }).dryRun ?? false);
