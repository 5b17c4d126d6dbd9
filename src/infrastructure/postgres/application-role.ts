import type { Pool } from './pool.ts';

/** DATABASE_URL and DATABASE_OWNER_URL do not go together; the message is for people. */
export class AccessProblem extends Error {
  override readonly name = 'AccessProblem';
}

/** Gives the role of `application` what the service needs, as the owner. Throws `AccessProblem`. */
export async function grantTo(application: Pool, owner: Pool): Promise<void> {
  const { role, database } = await whoIs(application);
  const owned = await whoIs(owner);
  if (database !== owned.database) {
    throw new AccessProblem(
      `DATABASE_OWNER_URL is of the database ${owned.database}, DATABASE_URL of ${database}: they must be the same`,
    );
  }
  try {
    await owner.query('select grant_application($1)', [role]);
  } catch (fault) {
    if (!isRefusal(fault)) throw fault;
    throw new AccessProblem(
      `DATABASE_URL: ${fault.message}. Give it a role of its own that owns nothing and is no superuser ` +
        '(create role … login); what it owns from earlier goes to the owner with reassign owned by … to …',
    );
  }
}

/** Lets a role look at all but keys, secrets and bodies of messages, as the owner. Throws `AccessProblem`. */
export async function grantToReader(role: string, owner: Pool): Promise<void> {
  try {
    await owner.query('select grant_reader($1)', [role]);
  } catch (fault) {
    if (!isRefusal(fault) && !isUnknown(fault)) throw fault;
    throw new AccessProblem(
      `DATABASE_READER_ROLE: ${fault.message}. Name a role of its own that owns nothing and is no superuser ` +
        '(create role … login)',
    );
  }
}

type Identity = { role: string; database: string };

async function whoIs(pool: Pool): Promise<Identity> {
  const { rows } = await pool.query<Identity>('select current_user as role, current_database() as database');
  return rows[0]!;
}

const hasCode = (fault: unknown, code: string): fault is Error =>
  fault instanceof Error && 'code' in fault && fault.code === code;

// 0LP01 invalid_grant_operation: grant_application says why.
const isRefusal = (fault: unknown): fault is Error => hasCode(fault, '0LP01');
// 42704 undefined_object
const isUnknown = (fault: unknown): fault is Error => hasCode(fault, '42704');
