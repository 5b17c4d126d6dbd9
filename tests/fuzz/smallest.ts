import type { Request } from './requests.ts';

const TRIES_MAX = 300;

/** The request with as little left of it as still `fails`: header by header, part by part, half by half. */
export async function smallest(
  given: Request,
  fails: (request: Request) => Promise<boolean>,
): Promise<Request> {
  let least = given;
  let tries = 0;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const smaller of smallerThan(least)) {
      if (tries++ >= TRIES_MAX) return least;
      if (!(await fails(smaller))) continue;
      least = smaller;
      isSmaller = true;
      break;
    }
  }
  return least;
}

function* smallerThan(request: Request): Generator<Request> {
  const { url, headers, payload, ...rest } = request;
  const body = payload === undefined ? {} : { payload };
  if (payload !== undefined) yield { ...rest, url, headers };
  for (const name of Object.keys(headers)) {
    const { [name]: _, ...others } = headers;
    yield { ...rest, ...body, url, headers: others };
  }
  const [path = '', query = ''] = url.split(/\?(.*)/s);
  const parts = query.split('&').filter((part) => part !== '');
  for (const part of parts) {
    const others = parts.filter((one) => one !== part).join('&');
    yield { ...rest, ...body, headers, url: others === '' ? path : `${path}?${others}` };
  }
  if (payload === undefined || Buffer.isBuffer(payload)) return;
  for (const smaller of smallerTexts(payload)) yield { ...rest, headers, url, payload: smaller };
}

function* smallerTexts(text: string): Generator<string> {
  const value = parse(text);
  if (value !== undefined) for (const smaller of smallerValues(value)) yield JSON.stringify(smaller);
  else if (text.length > 1) yield* halves(text);
}

const parse = (text: string): unknown => {
  try {
    const value = JSON.parse(text) as unknown;
    // Written another way it would be another text, which may be what matters.
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
};

function* smallerValues(value: unknown): Generator {
  if (typeof value === 'string' && value.length > 1) yield* halves(value);
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (value.length > 1) yield* [value.slice(0, value.length / 2), value.slice(value.length / 2)];
    for (const [index, inner] of value.slice(0, 5).entries())
      for (const smaller of smallerValues(inner)) yield value.with(index, smaller);
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
    for (const smaller of smallerValues(inner)) yield { ...value, [name]: smaller };
  }
}

const halves = (text: string): string[] => [text.slice(0, text.length / 2), text.slice(text.length / 2)];

/** To be repeated by hand, with a key of one's own in $KEY. */
export function curlOf({ actor, method, url, headers, payload }: Request): string {
  const given = { ...(actor !== 'nobody' && { authorization: 'Bearer $KEY' }), ...headers };
  const bytes = Buffer.isBuffer(payload);
  return [
    ...(bytes ? [`printf '${payload.toString('hex')}' | xxd -r -p |`] : []),
    `curl -i --path-as-is -X ${method} ${quoted(`http://localhost:3000${url}`)}`,
    ...Object.entries(given).map(([name, value]) =>
      value.includes('$KEY') ? `-H "${name}: ${value}"` : `-H ${quoted(`${name}: ${value}`)}`,
    ),
    ...(payload === undefined ? [] : [`--data-binary ${bytes ? '@-' : quoted(payload)}`]),
  ].join(' ');
}

const SHOWN_MAX = 4_000;

function quoted(text: string): string {
  const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}… (${text.length} characters)` : text;
  return `'${shown.replaceAll("'", String.raw`'\''`)}'`;
}
