import { afterAll, beforeAll, expect, it } from 'vitest';
import { forgetInbox } from '../../src/infrastructure/consumers/forget-inbox.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-06-15T12:00:00Z');

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** The id of a message about an event of so many days ago. */
function idOf(daysAgo: number, number: number): string {
  const hex = (NOW.getTime() - daysAgo * DAY_MS).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8def-${String(number).padStart(12, '0')}`;
}

const take = (consumer: string, id: string, takenDaysAgo: number) =>
  database.pool.query('insert into inbox (consumer, message_id, received_at) values ($1, $2, $3)', [
    consumer,
    id,
    new Date(NOW.getTime() - takenDaysAgo * DAY_MS),
  ]);

it('what was taken two weeks ago is forgotten, but nothing that may still come again', async () => {
  for (let number = 0; number < 25; number++) await take('mine', idOf(20, number), 19);
  const kept = [idOf(20, 100), idOf(13, 101), idOf(0, 102)];
  await take('mine', kept[0]!, 0); // held up somewhere for three weeks, and taken only now
  await take('mine', kept[1]!, 13);
  await take('mine', kept[2]!, 0);
  await take('theirs', idOf(20, 103), 19);

  await forgetInbox(database.pool, ['mine'], NOW, 10);
  const { rows } = await database.pool.query(
    'select consumer, message_id as id from inbox order by consumer, id',
  );
  expect(rows).toEqual([
    ...kept.map((id) => ({ consumer: 'mine', id })),
    { consumer: 'theirs', id: idOf(20, 103) },
  ]);
});
