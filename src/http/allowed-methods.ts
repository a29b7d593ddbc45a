import type { Request } from 'express';
import type { HttpRequest } from './http-request';

/** What is read of a layer of Express's router. */
interface RouterLayer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/**
 * Whether a route has this request's method. Express takes HEAD to any route of the path, also to one for POST alone;
 * Fastify, whose requests have a `raw` one, brings nothing here that has no route.
 */
export function isRouted({ route, method, raw }: HttpRequest): boolean {
  if (raw !== undefined) return true;
  const routed = route as RouterLayer['route'];
  return routed !== undefined && !(method === 'HEAD' && !routed.methods.get && !routed.methods.head);
}

/** The methods that have a route on this request's path; none when the path is unknown. */
export function allowedMethods(request: Request): string[] {
  const router: unknown = request.app.router;
  const methods = new Set<string>();
  for (const layer of (router as { readonly stack: readonly RouterLayer[] }).stack) {
    if (!layer.route || !layer.match(request.path)) continue;
    for (const method of Object.keys(layer.route.methods)) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].toSorted();
}
