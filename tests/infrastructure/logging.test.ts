import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/infrastructure/telemetry.ts';
import { allowedFields } from '../../src/infrastructure/telemetry/allowed-fields.ts';
import { loggedError, scrubbed } from '../../src/infrastructure/telemetry/scrub.ts';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  write(createLogger({ level: 'trace', readable: false, destination }));
  const [line = '{}', ...others] = lines;
  expect(others).toEqual([]);
  const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
  expect(Date.parse(String(time))).not.toBeNaN();
  return rest;
}

const CARD = '4242 4242 4242 4242';

describe('a log line', () => {
  it('says what is listed, and of everything else only how much there was', () => {
    const fields = { paymentId: 'p', shard: 3, position: 7n, password: 'x', body: { status: 'y' } };
    expect(logged((logger) => logger.info(fields, 'happened'))).toEqual({
      ...{ level: 'info', paymentId: 'p', shard: 3, position: '7', dropped: 2, msg: 'happened' },
    });
  });

  it('says nothing of an object under a listed name', () => {
    const fields = { status: { password: 'x' }, reason: ['x'] };
    expect(logged((logger) => logger.info(fields, 'odd'))).toEqual({ level: 'info', dropped: 2, msg: 'odd' });
  });

  it('says no more when a child says it with every line, or a child of that', () => {
    const line = logged((logger) =>
      logger
        .child({ consumer: 'c', password: 'x' })
        .child({ traceId: 't', secret: 'y' }, { level: 'trace' })
        .trace({ job: 'j' }, 'deep'),
    );
    expect(line).toEqual({
      ...{ level: 'trace', consumer: 'c', traceId: 't', job: 'j', dropped: 1, msg: 'deep' },
    });
  });

  it('is clean in its message, in what is put into that, and in its values', () => {
    const line = logged((logger) => logger.warn({ reason: `took ${CARD}` }, 'card %s, %s', CARD, { CARD }));
    expect(line).toMatchObject({ reason: 'took [card number]', msg: 'card [card number], [object]' });
  });

  it.each<[string, (logger: ReturnType<typeof createLogger>) => void]>([
    ['as a field', (logger) => logger.error({ err: new Error(`no ${CARD}`) }, 'failed')],
    ['as a field without a message', (logger) => logger.error({ err: new Error(`no ${CARD}`) })],
    ['by itself', (logger) => logger.error(new Error(`no ${CARD}`))],
  ])('holds a clean error that is given %s', (_how, write) => {
    const line = logged(write);
    expect(line).toMatchObject({ err: { type: 'Error', message: 'no [card number]' } });
    expect(JSON.stringify(line)).not.toContain('4242');
  });
});

describe('an error in the log', () => {
  it('is its type, message, code, stack and cause, whatever hangs on it', () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', address: '10.0.0.1' });
    const fault = Object.assign(new Error('away', { cause }), { request: { headers: 'secret' } });
    const text = loggedError(fault);
    expect(Object.keys(text)).toEqual(['type', 'message', 'stack', 'cause']);
    expect(text.cause).toMatchObject({ type: 'Error', message: 'refused', code: 'ECONNREFUSED' });
    expect(text.stack).toContain('logging.test.ts');
    expect(JSON.stringify(text)).not.toMatch(/secret|10\.0\.0\.1/);
  });

  it('of PostgreSQL tells no value, detail or parameter', () => {
    const fault = Object.assign(new pg.DatabaseError('', 0, 'error'), {
      message: 'invalid input syntax for type uuid: "canary"',
      ...{ code: '22P02', detail: 'canary', where: 'canary', hint: 'canary', parameters: ['canary'] },
    });
    const text = loggedError(fault);
    expect(text).toMatchObject({ code: '22P02', message: 'invalid input syntax for type uuid: "…"' });
    expect(JSON.stringify(text)).not.toContain('canary');
  });

  it('about JSON quotes nothing of it', () => {
    const fault = (() => {
      try {
        return JSON.parse('{"canary": nothing}') as unknown;
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(loggedError(fault).type).toBe('SyntaxError');
    expect(JSON.stringify(loggedError(fault))).not.toContain('canary');
  });

  it('ends somewhere, though its causes go in a circle', () => {
    const fault = new Error('round');
    fault.cause = fault;
    expect(loggedError(fault).cause?.cause?.cause?.cause).toBeUndefined();
  });

  it.each([
    ['an API key', 'op_test_AbCdEf0123456789-_x'],
    ['a key of Stripe', 'sk_live_AbCdEf0123456789'],
    ['a restricted key of Stripe', 'rk_test_AbCdEf0123456789'],
    ['a secret of webhooks', 'whsec_AbCdEf012345/+6789='],
    ['a token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
    ['a header', 'Bearer AbCdEf0123456789'],
    ['a password in a URL', 'hunter2@home'],
    ['a card number', '4242424242424242'],
    ['a card number in other digits', '４２４２４２４２４２４２４２４２'],
    ['a card number with other dashes', '4242–4242–4242–4242'],
  ])('does not repeat %s', (what, secret) => {
    const text = what === 'a password in a URL' ? `postgres://orders:${secret}@db:5432/orders` : secret;
    const clean = scrubbed(`went wrong with ${text}, badly`);
    expect(clean).not.toContain(secret.replace('Bearer ', ''));
    expect(clean).toMatch(/^went wrong with .*, badly$/);
  });
});

const SOURCES = fileURLToPath(new URL('../../src', import.meta.url));
const LOG_CALL =
  /(?:logger|\.log)\.(?:trace|debug|info|warn|error|fatal|child)\(\s*(\{(?:[^{}]|\{[^{}]*\})*\})/g;

describe('every call of the logger', () => {
  it('names fields that are listed', async () => {
    const names = new Set<string>();
    for (const file of await readdir(SOURCES, { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      for (const [, fields = ''] of (await readFile(join(SOURCES, file), 'utf8')).matchAll(LOG_CALL))
        for (const [, name] of fields.matchAll(/[{,]\s*(\w+)/g)) names.add(name!);
    }
    expect(names.size).toBeGreaterThan(20);
    const fields = Object.fromEntries([...names].map((name) => [name, 1]));
    expect(allowedFields(fields)).toEqual(fields);
  });
});
