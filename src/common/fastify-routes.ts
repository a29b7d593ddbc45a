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
type RoutedRequest = IncomingMessage & { route?: { readonly path: unknown } | undefined };

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
    (request.raw as RoutedRequest).route = routeOf(request);
    done();
  });
}

/** By the object in which Fastify keeps what belongs to a route, the same for all of its requests. */
const routes = new WeakMap<object, { readonly path: unknown }>();
let contextKey: symbol | undefined;

/**
 * The route of a request; undefined for none. What Fastify offers, `routeOptions`, makes an object of twelve fields for
 * every request: where its context of the route is found, that is asked for once per route.
 */
function routeOf(request: FastifyRequest): { readonly path: unknown } | undefined {
  contextKey ??= Object.getOwnPropertySymbols(request).find(({ description }) => description === 'fastify.context');
  const context = contextKey && (request as unknown as { readonly [key: symbol]: object | undefined })[contextKey];
  const known = context && routes.get(context);
  if (known !== undefined) return known;
  if (request.is404) return undefined;
  const route = { path: request.routeOptions.url };
  if (context !== undefined) routes.set(context, route);
  return route;
}
