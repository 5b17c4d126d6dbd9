import { access } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problem.ts';

const PAGE = 'index.html';
const ASSETS = 'assets/';
/** Their names hold a hash of what is in them. */
const FOR_GOOD = 'public, max-age=31536000, immutable';
const ASK_EACH_TIME = 'no-cache';

/** Names as a build makes them: no part is empty or begins with a dot, so that none leads out of the folder. */
const FILE = /^[\w-]+(\.[\w-]+)*(\/[\w-]+(\.[\w-]+)*)*$/;

const HEADERS = {
  vary: 'accept-encoding',
  'content-security-policy': [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'",
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy':
    'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), publickey-credentials-get=(), usb=()',
};

type Params = { Params: { '*': string } };

/** The console, for browsers, so not part of the API. It holds no data: whoever may come in is asked by /api. */
export async function consoleRoutes(scope: FastifyInstance, folder: string | undefined): Promise<void> {
  const options = { schema: { hide: true }, logLevel: 'warn' } as const;
  scope.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(HEADERS);
    done();
  });
  scope.get('/', options, (_request, reply) => reply.redirect('/console/', 302));
  if (folder === undefined) {
    for (const path of ['/console', '/console/*']) scope.get(path, options, sendNotBuilt);
    return;
  }
  await scope.register(fastifyStatic, {
    root: folder,
    ...{ serve: false, preCompressed: true, index: false, cacheControl: false, dotfiles: 'ignore' },
    // Only for what is found: that there is nothing must not be remembered.
    setHeaders: (response, path) => {
      const isAsset = path.startsWith(join(folder, ASSETS));
      response.setHeader('cache-control', isAsset ? FOR_GOOD : ASK_EACH_TIME);
    },
  });
  const sendPage = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    (await isThere(join(folder, PAGE))) ? reply.sendFile(PAGE) : sendNotBuilt(request, reply);

  scope.get('/console', options, sendPage);
  scope.get<Params>('/console/*', options, (request, reply) => {
    const { '*': path } = request.params;
    if (!isFile(path)) return sendPage(request, reply);
    return FILE.test(path) ? reply.sendFile(path) : sendProblem(request, reply, 'not-found');
  });
}

/** All other paths are places within the page, which finds its way itself. */
const isFile = (path: string): boolean => path.startsWith(ASSETS) || /\.[^/]*$/.test(path);

const sendNotBuilt = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendProblem(request, reply, 'not-found', {
    detail: 'The console is not built yet: npm run build does it.',
  });

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
