import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Challenges } from '../application/provider-ports.ts';
import { formatMoney } from '../domain/shared/money.ts';
import { sendProblem } from './problem.ts';

type Params = { Params: { reference: string } };

const PATH = '/simulated/challenges/:reference';

/** The page on which a customer of a simulated provider says yes or no. For browsers, so not part of the API. */
export function challengeRoutes(scope: FastifyInstance, challenges: Challenges): void {
  scope.removeAllContentTypeParsers();
  // Forms without fields: what was pressed is in the path.
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_, __, done) => done(null, undefined));
  const schema = { hide: true };
  // PostgreSQL refuses to be asked for U+0000, which would be a fault of ours: nothing is named so.
  const find = async (reference: string) =>
    reference.includes('\u0000') ? undefined : challenges.find(reference);

  scope.get<Params>(PATH, { schema }, async (request, reply) => {
    const { reference } = request.params;
    const found = await find(reference);
    if (!found) return sendProblem(request, reply, 'not-found');
    const ended = '<p>It was answered, or its time is over.</p>';
    return sendPage(reply, found.isOpen ? question(formatMoney(found.amount), pathOf(reference)) : ended);
  });

  for (const answer of ['approve', 'decline'] as const) {
    scope.post<Params>(`${PATH}/${answer}`, { schema }, async (request, reply) => {
      const { reference } = request.params;
      if (!(await find(reference))) return sendProblem(request, reply, 'not-found');
      await challenges.answer(reference, answer === 'approve');
      return reply.redirect(pathOf(reference), 303);
    });
  }
}

const pathOf = (reference: string): string => `/simulated/challenges/${encodeURIComponent(reference)}`;

const question = (amount: string, path: string): string => `<p>Do you pay <strong>${amount}</strong>?</p>
<div class="answers">${button(path, 'approve', 'Approve')}${button(path, 'decline', 'Decline')}</div>`;

const button = (path: string, answer: string, label: string): string =>
  `<form method="post" action="${path}/${answer}"><button class="${answer}">${label}</button></form>`;

function sendPage(reply: FastifyReply, content: string): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
    .header('cache-control', 'no-store')
    .send(page(content));
}

const page = (content: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated bank</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center;
  background: #f3f4f6; color: #111827 }
main { background: #fff; padding: 2rem 2.5rem; border-radius: 12px; box-shadow: 0 1px 8px #0002; max-width: 22rem }
h1 { font-size: 1.1rem; margin: 0 0 1rem }
.answers { display: flex; gap: .75rem; margin-top: 1.5rem }
button { font: inherit; padding: .6rem 1.4rem; border-radius: 8px; border: 1px solid #9ca3af; background: #fff; cursor: pointer }
.approve { background: #166534; border-color: #166534; color: #fff }
small { color: #4b5563 }
</style>
</head>
<body>
<main>
<h1>Simulated bank</h1>
${content}
<p><small>No money moves here: this stands in for your customer’s bank.</small></p>
</main>
</body>
</html>
`;
