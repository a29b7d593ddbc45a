import { isWithin, readTimeInterval, type TimeInterval } from '../config/time-interval';
import { YamlMap } from '../config/yaml-map';
import { type AlertMatcher, type LabelSet, matchesAll, parseMatchers } from '../matching/alert-matcher';
import { AlertMatcherError, MaintenanceInvalidError, MaintenanceUnknownError } from '../notifications.errors';
import type { SharedState, StateTable } from '../state/shared-state';

const MAX_WINDOWS = 1_000;

/** A time that comes again, in which nothing is told of the alerts that match. */
export interface MaintenanceWindow {
  readonly name: string;
  /** As `severity!="critical"`; all of them have to match. */
  readonly matchers: readonly string[];
  /** As Alertmanager's `time_intervals` have them. */
  readonly timeIntervals: readonly object[];
  readonly createdBy: string;
  readonly comment: string;
  /** Unix ms. */
  readonly updatedAt: number;
}

interface Readied {
  readonly matchers: readonly AlertMatcher[];
  readonly intervals: readonly TimeInterval[];
}

/** The recurring maintenance windows of all copies. */
export class MaintenanceWindows {
  private readonly windows: StateTable<MaintenanceWindow>;
  private readonly readied = new Map<string, Readied>();

  constructor(private readonly state: SharedState) {
    this.windows = state.table<MaintenanceWindow>('maintenance');
    state.onChange(({ kind, id }) => {
      if (kind === 'maintenance') this.readied.delete(id);
    });
  }

  all(): Iterable<MaintenanceWindow> {
    return this.windows.values();
  }

  /** Makes one, or changes the one of this name. @throws MaintenanceInvalidError */
  set(window: MaintenanceWindow): void {
    const readied = ready(window);
    if (readied.matchers.length === 0 || readied.matchers.every((matcher) => matcher.matches({})))
      throw new MaintenanceInvalidError('matchers: at least one must not match the empty string');
    if (readied.intervals.length === 0) throw new MaintenanceInvalidError('timeIntervals: at least one is needed');
    if (this.windows.get(window.name) === undefined && this.windows.size >= MAX_WINDOWS)
      throw new MaintenanceInvalidError(`there are ${MAX_WINDOWS} windows; delete some`);
    this.windows.put(window.name, window);
    this.readied.set(window.name, readied);
    this.record('set', window, window.createdBy, window.updatedAt);
  }

  /** @throws MaintenanceUnknownError */
  delete(name: string, by: string, nowMs: number): void {
    const window = this.windows.get(name);
    if (window === undefined) throw new MaintenanceUnknownError(name);
    this.windows.delete(name);
    this.readied.delete(name);
    this.record('deleted', window, by, nowMs);
  }

  isActive(window: MaintenanceWindow, nowMs: number): boolean {
    return this.of(window).intervals.some((interval) => isWithin(interval, nowMs));
  }

  /** The names of those that are active and match. */
  muting(labels: LabelSet, nowMs: number): string[] {
    const found: string[] = [];
    for (const window of this.windows.values()) {
      if (matchesAll(labels, this.of(window).matchers) && this.isActive(window, nowMs)) found.push(window.name);
    }
    return found;
  }

  private of(window: MaintenanceWindow): Readied {
    const known = this.readied.get(window.name);
    if (known !== undefined) return known;
    const made = ready(window);
    this.readied.set(window.name, made);
    return made;
  }

  private record(
    what: string,
    { name, matchers, timeIntervals, comment }: MaintenanceWindow,
    by: string,
    atMs: number,
  ) {
    const detail = { what, by, name, matchers, timeIntervals, comment };
    this.state.record({ atMs, kind: 'maintenance', alertnames: [], detail });
  }
}

function ready({ matchers, timeIntervals }: MaintenanceWindow): Readied {
  try {
    return {
      matchers: matchers.flatMap(parseMatchers),
      // JSON is YAML.
      intervals: timeIntervals.map((interval) => readTimeInterval(YamlMap.parse(JSON.stringify(interval)).root)),
    };
  } catch (error) {
    const place = error instanceof AlertMatcherError ? 'matchers' : 'timeIntervals';
    const reason = (error as Error).message.replace(/^line \d+: /, '');
    throw new MaintenanceInvalidError(`${place}: ${reason}`, { cause: error });
  }
}
