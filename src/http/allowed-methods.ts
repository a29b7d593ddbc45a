import type { Request } from 'express';

/** What is read of a layer of Express's router. */
interface RouterLayer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
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
