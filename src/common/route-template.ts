import type { IncomingMessage } from 'node:http';
import { ownString } from './own-string';

/** Names are part of a label. In characters. */
const MAX_NAME_LENGTH = 128;
/** Walks through all routes that found nothing, after which no more are made: routes made per request are not found. */
const MAX_FRUITLESS_WALKS = 100;
/** Mounts whose template is remembered by the path under which they were reached. */
const MAX_PATHS = 1_000;
const MAX_DEPTH = 16;
const NAME = Symbol('route name');

/** What is used of Express 5: of its router, of an application, and of a request. */
interface Layer {
  readonly route?: Route;
  /** What it was registered with; absent before router 2.3. */
  readonly rawPath?: unknown;
  /** Whether it is for every path. */
  readonly slash?: boolean;
  readonly handle: { readonly stack?: readonly Layer[] };
  match(path: string): { readonly path: string } | false;
}
interface Route {
  readonly path: unknown;
}
interface Application {
  readonly router?: { readonly stack?: readonly Layer[] };
  /** Where it is mounted in another one. */
  readonly parent?: Application;
  readonly mountpath?: unknown;
}
type ExpressRequest = IncomingMessage & {
  readonly app?: Application;
  readonly route?: Route;
  readonly baseUrl?: string;
  readonly originalUrl?: string;
  [NAME]?: string;
};

/** One way in which a route is reached: through mounts that have templates. */
interface Way {
  readonly template: string;
  readonly mounts: readonly Layer[];
}

const ways = new WeakMap<Route, readonly Way[]>();
const mounts = new WeakMap<Application, Map<string, string | undefined>>();
let fruitlessWalks = 0;

/**
 * Says what answers a request, in metrics and traces, where no route of the framework does or where it says too little:
 * `static` for files, the operation for GraphQL. The name must come from a closed set.
 * @param request Node's, Express's or Fastify's
 */
export function nameRoute(request: IncomingMessage | { readonly raw: IncomingMessage }, name: string): void {
  const own = 'raw' in request ? request.raw : request;
  (own as ExpressRequest)[NAME] = ownString(name.slice(0, MAX_NAME_LENGTH).toWellFormed());
}

/**
 * What answers a request: the name that was given to it, the template of its route with those of all routers above, or
 * that of the mount whose handler answers without a route. Undefined where none does.
 */
export function routeTemplateOf(request: IncomingMessage): string | undefined {
  const { [NAME]: name, route, baseUrl = '' } = request as ExpressRequest;
  if (name !== undefined) return name;
  if (route !== undefined) return templateOf(route, request);
  return baseUrl === '' ? undefined : mountOf(baseUrl, (request as ExpressRequest).app);
}

function templateOf(route: Route, request: ExpressRequest): string | undefined {
  const [only, ...others] = ways.get(route) ?? find(route, request);
  if (only === undefined) return route.path === undefined ? undefined : patternText(route.path);
  if (others.length === 0) return only.template;
  const path = pathOf(request.originalUrl ?? request.url ?? '');
  return [only, ...others].find((way) => leads(way.mounts, path))?.template ?? only.template;
}

/** Looks through the application, and those it is mounted in, for every way to the route. */
function find(route: Route, { app }: ExpressRequest): readonly Way[] {
  const found: Way[] = [];
  if (app === undefined || fruitlessWalks >= MAX_FRUITLESS_WALKS) return found;
  for (let above: Application | undefined = app; above !== undefined && found.length === 0; above = above.parent) {
    walk(above.router?.stack ?? [], mountText(above), [], (layer, prefix, through) => {
      if (layer.route === route) found.push({ template: joined(prefix, patternText(route.path)), mounts: through });
    });
  }
  if (found.length === 0) fruitlessWalks++;
  else ways.set(route, found);
  return found;
}

/** Visits all layers, of the routers below too, with the template of where they are. */
function walk(
  layers: readonly Layer[],
  prefix: string,
  through: readonly Layer[],
  visit: (layer: Layer, prefix: string, through: readonly Layer[]) => void,
): void {
  if (through.length > MAX_DEPTH) return;
  for (const layer of layers) {
    visit(layer, prefix, through);
    const { stack } = layer.handle;
    if (layer.route === undefined && stack !== undefined) {
      walk(stack, joined(prefix, patternText(layer.rawPath)), [...through, layer], visit);
    }
  }
}

/** Whether the path goes through all of the mounts. */
function leads(through: readonly Layer[], path: string): boolean {
  let rest = path;
  for (const layer of through) {
    const match = layer.match(rest);
    if (match === false) return false;
    rest = rest.slice(match.path.length) || '/';
  }
  return true;
}

/** The template of the mount that a handler without a route was reached by. */
function mountOf(baseUrl: string, app: Application | undefined): string | undefined {
  let top = app;
  while (top?.parent !== undefined) top = top.parent;
  if (top === undefined) return undefined;
  const known = mounts.get(top) ?? new Map<string, string | undefined>();
  if (known.has(baseUrl)) return known.get(baseUrl);
  const template = mountIn(top.router?.stack ?? [], baseUrl, '');
  if (known.size >= MAX_PATHS) known.clear();
  mounts.set(top, known.set(ownString(baseUrl), template));
  return template;
}

function mountIn(layers: readonly Layer[], path: string, prefix: string, depth = 0): string | undefined {
  for (const layer of layers) {
    if (layer.route !== undefined || layer.slash === true || depth > MAX_DEPTH) continue;
    const match = layer.match(path);
    const rest = match === false ? undefined : path.slice(match.path.length);
    if (rest === undefined || (rest !== '' && rest[0] !== '/')) continue;
    const template = joined(prefix, patternText(layer.rawPath));
    if (rest === '' || layer.handle.stack === undefined) return template;
    return mountIn(layer.handle.stack, rest, template, depth + 1) ?? template;
  }
  return undefined;
}

/** Where an application is mounted, by the templates of all that it is mounted in. */
function mountText(app: Application): string {
  return app.parent === undefined ? '' : joined(mountText(app.parent), patternText(app.mountpath));
}

function joined(prefix: string, path: string): string {
  if (prefix === '') return path === '/' ? '/' : path;
  return path === '/' || path === '' ? prefix : (prefix === '/' ? '' : prefix) + path;
}

function patternText(path: unknown): string {
  if (Array.isArray(path)) return path.map(patternText).join('|');
  return path === undefined ? '/*' : String(path);
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}
