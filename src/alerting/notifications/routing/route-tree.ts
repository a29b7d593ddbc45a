import type { RouteConfig } from '../config/route-config';
import { type AlertMatcher, type LabelSet, matchesAll } from '../matching/alert-matcher';

const GROUP_WAIT_MS = 30_000;
const GROUP_INTERVAL_MS = 300_000;
const REPEAT_INTERVAL_MS = 14_400_000;

/** A node of the route tree with everything it has from its parents. */
export interface Route {
  /** The matchers from the root on, as Alertmanager writes them in `groupKey`. */
  readonly key: string;
  /** The same, told apart from brothers with the same matchers. */
  readonly id: string;
  readonly receiver: string;
  readonly groupBy: readonly string[] | 'all';
  readonly matchers: readonly AlertMatcher[];
  readonly continues: boolean;
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  readonly repeatIntervalMs: number;
  readonly muteTimeIntervals: readonly string[];
  readonly activeTimeIntervals: readonly string[];
  readonly routes: readonly Route[];
}

/** The tree of a configuration. */
export function routeTree(config: RouteConfig): Route {
  return routeOf(config, '', '', {
    receiver: config.receiver ?? '',
    groupBy: [],
    groupWaitMs: GROUP_WAIT_MS,
    groupIntervalMs: GROUP_INTERVAL_MS,
    repeatIntervalMs: REPEAT_INTERVAL_MS,
  });
}

/** Every route an alert is told by, in the order of the tree; the root where none of its children matches. */
export function routesFor(route: Route, labels: LabelSet): Route[] {
  if (!matchesAll(labels, route.matchers)) return [];
  const found: Route[] = [];
  for (const child of route.routes) {
    const matched = routesFor(child, labels);
    found.push(...matched);
    if (matched.length > 0 && !child.continues) break;
  }
  return found.length > 0 ? found : [route];
}

/** The labels by which a route puts an alert into a group. */
export function groupLabelsOf({ groupBy }: Route, labels: LabelSet): LabelSet {
  if (groupBy === 'all') return labels;
  return Object.fromEntries(groupBy.flatMap((name) => (Object.hasOwn(labels, name) ? [[name, labels[name]!]] : [])));
}

/** The route and all below it. */
export function* allRoutes(route: Route): Iterable<Route> {
  yield route;
  for (const child of route.routes) yield* allRoutes(child);
}

type Inherited = Pick<Route, 'receiver' | 'groupBy' | 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs'>;

function routeOf(config: RouteConfig, parentKey: string, brother: string, inherited: Inherited): Route {
  const key = `${parentKey === '' ? '' : `${parentKey}/`}{${config.matchers.join(',')}}`;
  const own: Inherited = {
    receiver: config.receiver ?? inherited.receiver,
    groupBy: config.groupBy ?? inherited.groupBy,
    groupWaitMs: config.groupWaitMs ?? inherited.groupWaitMs,
    groupIntervalMs: config.groupIntervalMs ?? inherited.groupIntervalMs,
    repeatIntervalMs: config.repeatIntervalMs ?? inherited.repeatIntervalMs,
  };
  const seen = new Map<string, number>();
  const routes = config.routes.map((child) => {
    const matchers = child.matchers.join(',');
    const before = seen.get(matchers) ?? 0;
    seen.set(matchers, before + 1);
    return routeOf(child, key, `${brother}${before === 0 ? '' : `#${before}`}`, own);
  });
  const { matchers, continues, muteTimeIntervals, activeTimeIntervals } = config;
  return { ...own, key, id: key + brother, matchers, continues, muteTimeIntervals, activeTimeIntervals, routes };
}
