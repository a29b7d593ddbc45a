import type { IncomingMessage } from 'node:http';

/** What is used of Fastify here: the types of its package are not needed where it is not installed. */
interface FastifyInstance {
  addHook(name: 'onRequest', hook: (request: FastifyRequest, reply: unknown, done: () => void) => void): unknown;
}
interface FastifyRequest {
  readonly raw: IncomingMessage;
  readonly is404: boolean;
  readonly routeOptions: { readonly url?: string };
}

/** What is used of Nest's HTTP adapters. */
interface HttpAdapter {
  getType(): string;
  getInstance(): unknown;
}

/** As Express sets it. */
type RoutedRequest = IncomingMessage & { route?: { readonly path: unknown } };

const named = new WeakSet<object>();

/**
 * Makes Fastify leave the template of the route on Node's request, as Express does by itself. To be called before the
 * application listens, as often as one likes.
 */
export function keepRouteTemplates(adapter: HttpAdapter): void {
  if (adapter.getType() !== 'fastify') return;
  const instance = adapter.getInstance() as FastifyInstance;
  if (named.has(instance)) return;
  named.add(instance);
  instance.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) (request.raw as RoutedRequest).route = { path: request.routeOptions.url };
    done();
  });
}
