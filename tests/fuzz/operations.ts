/** What openapi.json says of one operation, as far as requests are made from it. */
export type Operation = {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
  /** Names of the parts of the path, in their order. */
  readonly inPath: readonly string[];
  readonly query: readonly Parameter[];
  /** Names, in small letters. */
  readonly headers: readonly string[];
  readonly body: Schema | undefined;
};

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'TRACE';

export type Schema = {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
};

export type Parameter = {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
};

type Described = {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
};

type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly parameters: Readonly<Record<string, Parameter>> };
};

export function operationsOf(text: string): Operation[] {
  const { paths, components } = JSON.parse(text) as Document;
  const resolved = (given: Parameter | { readonly $ref: string }): Parameter =>
    '$ref' in given ? components.parameters[given.$ref.split('/').at(-1)!]! : given;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [], requestBody }]) => {
      const all = parameters.map(resolved);
      return {
        id: operationId,
        method: method.toUpperCase() as Method,
        path,
        inPath: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!),
        query: all.filter((parameter) => parameter.in === 'query'),
        headers: all.filter((parameter) => parameter.in === 'header').map(({ name }) => name.toLowerCase()),
        body: requestBody?.content['application/json']?.schema,
      };
    }),
  );
}
