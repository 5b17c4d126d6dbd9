import Fastify from 'fastify';
import pg from 'pg';

// What Fastify and `pg` do at best: one row by its primary key, no authentication, no log line, no schema. Prints its
// address; ends with SIGTERM.

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
const server = Fastify();
server.get<{ Params: { orderId: string } }>('/orders/:orderId', async ({ params }, reply) => {
  const { rows } = await pool.query({
    name: 'by-id',
    text: 'select * from order_summary where order_id = $1',
    values: [params.orderId],
  });
  return rows[0] ?? reply.code(404).send();
});
process.stdout.write(`ready at ${await server.listen({ port: 0, host: '127.0.0.1' })}\n`);
process.once('SIGTERM', () => process.exit(0));
