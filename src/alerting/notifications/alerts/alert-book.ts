import type { PostedAlert } from '../../posted-alert';
import type { LabelSet } from '../matching/alert-matcher';
import { fingerprintOf, withoutEmpty } from '../matching/label-set';
import type { SharedState, StateTable } from '../state/shared-state';

/** Alerts known at a time; further ones are refused. */
const MAX_ALERTS = 50_000;
/** How long (ms) an alert is known after it ended. */
const ENDED_KEPT_MS = 900_000;

/** An alert as it is known: posted, perhaps several times, by a rule or by another program. */
export interface KnownAlert {
  readonly fingerprint: string;
  readonly labels: LabelSet;
  readonly annotations: LabelSet;
  /** Unix ms, all of them. */
  readonly startsAt: number;
  /** In the past: it is resolved. */
  readonly endsAt: number;
  readonly updatedAt: number;
  readonly generatorUrl: string;
  readonly value: number | undefined;
  readonly threshold: number | undefined;
}

export const isResolved = ({ endsAt }: KnownAlert, nowMs: number): boolean => endsAt <= nowMs;

/** All alerts that were posted, by their labels. */
export class AlertBook {
  private readonly alerts: StateTable<KnownAlert>;
  /** Since the last look. */
  private readonly changed = new Set<string>();
  private refusedCount = 0;

  constructor(state: SharedState) {
    this.alerts = state.table<KnownAlert>('alert');
    state.onChange(({ kind, id, value }) => {
      if (kind === 'alert' && value !== null) this.changed.add(id);
    });
  }

  /** Alerts that did not fit so far. */
  get refused(): number {
    return this.refusedCount;
  }

  get isFull(): boolean {
    return this.alerts.size >= MAX_ALERTS;
  }

  get size(): number {
    return this.alerts.size;
  }

  get(fingerprint: string): KnownAlert | undefined {
    return this.alerts.get(fingerprint);
  }

  all(): Iterable<KnownAlert> {
    return this.alerts.values();
  }

  receive(posted: readonly PostedAlert[], nowMs: number): void {
    for (const each of posted) {
      const labels = withoutEmpty(each.labels);
      const fingerprint = fingerprintOf(labels);
      const before = this.alerts.get(fingerprint);
      if (before === undefined && this.isFull) {
        this.refusedCount++;
        continue;
      }
      const { endsAt, generatorUrl, value, threshold } = each;
      const annotations = withoutEmpty(each.annotations);
      const given = { fingerprint, labels, annotations, endsAt, updatedAt: nowMs, generatorUrl, value, threshold };
      const after = { ...given, startsAt: startOf(each, before) };
      // An alert that is posted before it has begun to be of use: nobody knows it as firing.
      if (before === undefined && isResolved(after, nowMs)) continue;
      this.changed.add(fingerprint);
      this.keep(before, after, nowMs);
    }
  }

  /** The fingerprints of those that were posted since the last call, here or in another copy. */
  takeChanged(): string[] {
    const changed = [...this.changed];
    this.changed.clear();
    return changed;
  }

  /**
   * This copy tells from now on: what fires counts as posted now. Posts since the last change are not in the database, so
   * that what is known of an alert's end may be long past, while its rule has not ended it.
   */
  takeOver(nowMs: number): void {
    for (const alert of this.alerts.values()) {
      this.changed.add(alert.fingerprint);
      if (wasEnded(alert)) continue;
      const lasts = alert.endsAt - alert.updatedAt;
      this.quietly({ ...alert, updatedAt: nowMs, endsAt: Math.max(alert.endsAt, nowMs + lasts) });
    }
  }

  /** Forgets what ended long ago and is in no group any more. */
  forget(nowMs: number, isInGroup: (fingerprint: string) => boolean): void {
    for (const { fingerprint, endsAt } of this.alerts.values()) {
      if (endsAt + ENDED_KEPT_MS < nowMs && !isInGroup(fingerprint)) this.alerts.delete(fingerprint);
    }
  }

  /** The clock was set by so many ms. */
  shift(stepMs: number): void {
    for (const alert of this.alerts.values()) {
      const { startsAt, endsAt, updatedAt } = alert;
      this.alerts.put(alert.fingerprint, {
        ...alert,
        startsAt: startsAt + stepMs,
        endsAt: endsAt + stepMs,
        updatedAt: updatedAt + stepMs,
      });
    }
  }

  /** An alert that is only posted again is not written again: thousands are, at every evaluation. */
  private keep(before: KnownAlert | undefined, after: KnownAlert, nowMs: number): void {
    const same =
      before !== undefined &&
      before.startsAt === after.startsAt &&
      isResolved(before, nowMs) === isResolved(after, nowMs) &&
      before.generatorUrl === after.generatorUrl &&
      sameTexts(before.annotations, after.annotations);
    if (same && !isResolved(after, nowMs)) this.quietly(after);
    else if (!same) this.alerts.put(after.fingerprint, after);
  }

  private quietly(alert: KnownAlert): void {
    Object.assign(this.alerts.get(alert.fingerprint)!, alert);
  }
}

/** Whether its end was said by who posted it, instead of being the time after which it counts as gone. */
const wasEnded = ({ endsAt, updatedAt }: KnownAlert): boolean => endsAt <= updatedAt;

/** What was posted before and has not ended meanwhile is the same occurrence: it began when the first one did. */
function startOf({ startsAt }: PostedAlert, before: KnownAlert | undefined): number {
  if (before === undefined || before.endsAt < startsAt) return startsAt;
  return Math.min(startsAt, before.startsAt);
}

function sameTexts(one: LabelSet, other: LabelSet): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
