import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import type { FastifyServerOptions } from 'fastify';

const buildSerializer = SerializerSelector();

/**
 * What is answered is written by a function that is compiled from its schema when it is first needed: to compile all of
 * them, and what is validated, took a third of the time to start. Tests ask for every operation, and so compile them.
 */
export const SERIALIZING = {
  compilersFactory: {
    buildSerializer: (sharedSchemas, options) => {
      const compile = buildSerializer(sharedSchemas, options);
      return (route) => {
        let serialize: ReturnType<typeof compile> | undefined;
        return (data) => {
          serialize ??= compile(route);
          return serialize(data);
        };
      };
    },
  },
} satisfies FastifyServerOptions['schemaController'];
