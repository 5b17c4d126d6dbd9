/** Why the embedded PostgreSQL cannot serve; the message names the problem and what its reader can do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
