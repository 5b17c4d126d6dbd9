import type { Static, TObject, TProperties, TSchema } from 'typebox';
import { payload } from './payload-schemas.ts';

/** Turns a payload of one version into one of the next. Pure: what it is given stays as it is. */
export type Upcaster = (old: unknown) => unknown;

/** Every payload that one type of event was ever written with. */
export type PayloadVersions<Current extends TProperties = TProperties> = {
  /** What is written now, the last of `schemas`. */
  readonly current: TObject<Current>;
  /** Version 1 first. */
  readonly schemas: readonly TSchema[];
  /** From version 1 to 2 first; one fewer than there are schemas. */
  readonly upcasters: readonly Upcaster[];
  /** Adds a version, and how a payload of the one before it becomes one of it. */
  readonly next: <Next extends TProperties>(
    properties: Next,
    upcast: (old: Static<TObject<Current>>) => Static<TObject<Next>>,
  ) => PayloadVersions<Next>;
};

export const version1 = <Properties extends TProperties>(
  properties: Properties,
): PayloadVersions<Properties> => withVersion(properties, [], []);

function withVersion<Current extends TProperties>(
  properties: Current,
  earlier: readonly TSchema[],
  upcasters: readonly Upcaster[],
): PayloadVersions<Current> {
  const current = payload(properties);
  const schemas = [...earlier, current];
  return {
    current,
    schemas,
    upcasters,
    next: (changed, upcast) => withVersion(changed, schemas, [...upcasters, upcast as Upcaster]),
  };
}
