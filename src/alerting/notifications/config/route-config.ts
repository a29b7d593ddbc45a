import { AlertMatcher, LABEL_NAME, parseMatchers } from '../matching/alert-matcher';
import { AlertMatcherError } from '../notifications.errors';
import { DURATION, FLAG, orElse, TEXT, TEXTS } from './fields';
import type { YamlMap } from './yaml-map';

/** Groups every label set by itself. */
const ALL = '...';

/** A node of the route tree as it is written; what is left out comes from its parent. */
export interface RouteConfig {
  readonly receiver: string | undefined;
  /** `undefined`: as the parent; `all`: by every label. */
  readonly groupBy: readonly string[] | 'all' | undefined;
  readonly matchers: readonly AlertMatcher[];
  readonly continues: boolean;
  readonly groupWaitMs: number | undefined;
  readonly groupIntervalMs: number | undefined;
  readonly repeatIntervalMs: number | undefined;
  /** Names of intervals: within them nothing is told. */
  readonly muteTimeIntervals: readonly string[];
  /** Names of intervals: something is told only within them. */
  readonly activeTimeIntervals: readonly string[];
  readonly routes: readonly RouteConfig[];
}

export interface InhibitRule {
  readonly source: readonly AlertMatcher[];
  readonly target: readonly AlertMatcher[];
  readonly equal: readonly string[];
}

/** What is refused at one place of the tree, which the caller knows the names for. */
export interface KnownNames {
  readonly receivers: ReadonlySet<string>;
  readonly timeIntervals: ReadonlySet<string>;
}

/** The root. @throws AlertmanagerConfigError */
export function readRootRoute(map: YamlMap, known: KnownNames): RouteConfig {
  const root = readRoute(map, known);
  const refuse = (name: string, reason: string) => {
    throw map.error(name, reason);
  };
  if (!root.receiver) refuse('receiver', 'the root route must name a receiver');
  if (root.matchers.length > 0) refuse('matchers', 'the root route must not have any matchers');
  if (root.muteTimeIntervals.length > 0) refuse('mute_time_intervals', 'the root route must not have any');
  if (root.activeTimeIntervals.length > 0) refuse('active_time_intervals', 'the root route must not have any');
  if (root.continues) refuse('continue', 'the root route cannot continue');
  return root;
}

function readRoute(map: YamlMap, known: KnownNames): RouteConfig {
  const receiver = TEXT.read(map, 'receiver');
  if (receiver && !known.receivers.has(receiver)) throw map.error('receiver', `undefined receiver "${receiver}"`);
  const intervals = (name: string) => {
    const names = TEXTS.read(map, name);
    const missing = names.find((each) => !known.timeIntervals.has(each));
    if (missing !== undefined) throw map.error(name, `undefined time interval "${missing}"`);
    return names;
  };
  const route = {
    receiver: receiver || undefined,
    groupBy: readGroupBy(map),
    matchers: readMatchers(map, 'match', 'match_re', 'matchers'),
    continues: orElse(FLAG, false).read(map, 'continue'),
    groupWaitMs: DURATION.read(map, 'group_wait'),
    groupIntervalMs: notZero(map, 'group_interval'),
    repeatIntervalMs: notZero(map, 'repeat_interval'),
    muteTimeIntervals: intervals('mute_time_intervals'),
    activeTimeIntervals: intervals('active_time_intervals'),
    routes: (map.maps('routes') ?? []).map((child) => readRoute(child, known)),
  };
  map.done();
  return route;
}

/** @throws AlertmanagerConfigError */
export function readInhibitRule(map: YamlMap): InhibitRule {
  const rule = {
    source: readMatchers(map, 'source_match', 'source_match_re', 'source_matchers'),
    target: readMatchers(map, 'target_match', 'target_match_re', 'target_matchers'),
    equal: TEXTS.read(map, 'equal'),
  };
  const wrong = rule.equal.find((name) => !LABEL_NAME.test(name));
  if (wrong !== undefined) throw map.error('equal', `"${wrong}" is not a valid label name`);
  map.done();
  return rule;
}

function readGroupBy(map: YamlMap): RouteConfig['groupBy'] {
  const names = map.texts('group_by');
  if (names === undefined) return undefined;
  const wrong = names.find((name) => name !== ALL && !LABEL_NAME.test(name));
  if (wrong !== undefined) throw map.error('group_by', `invalid label name "${wrong}"`);
  if (new Set(names).size < names.length) throw map.error('group_by', 'a label is named twice');
  if (!names.includes(ALL)) return names;
  if (names.length > 1) throw map.error('group_by', `cannot have ${ALL} and other labels at the same time`);
  return 'all';
}

function readMatchers(map: YamlMap, equal: string, regex: string, both: string): AlertMatcher[] {
  const made: AlertMatcher[] = [];
  const attempt = (name: string, make: () => readonly AlertMatcher[]) => {
    try {
      made.push(...make());
    } catch (error) {
      if (error instanceof AlertMatcherError) throw map.error(name, error.message);
      throw error;
    }
  };
  for (const [field, operator] of [
    [equal, '='],
    [regex, '=~'],
  ] as const) {
    const inner = map.map(field);
    for (const [name, value] of inner?.entries() ?? []) {
      if (!LABEL_NAME.test(name)) throw map.error(field, `invalid label name "${name}"`);
      if (value === undefined && operator === '=~') throw map.error(field, `invalid regexp value for "${name}"`);
      attempt(field, () => [new AlertMatcher(name, operator, value ?? '')]);
    }
  }
  for (const text of TEXTS.read(map, both)) attempt(both, () => parseMatchers(text));
  return made.toSorted(byName);
}

function byName(one: AlertMatcher, other: AlertMatcher): number {
  const [a, b] = [one, other].map(({ name, value, operator }) => `${name}\n${value}\n${operator}`);
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}

function notZero(map: YamlMap, name: string): number | undefined {
  const value = DURATION.read(map, name);
  if (value === 0) throw map.error(name, 'cannot be zero');
  return value;
}
