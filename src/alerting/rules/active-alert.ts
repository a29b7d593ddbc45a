import type { Labels } from '../../monitoring/series/labels';
import type { PostedAlert } from '../posted-alert';

export type AlertPhase = 'pending' | 'firing' | 'inactive';

/** One alert of a rule, from when the expression first holds for it until it is no longer told that it is over. */
export interface ActiveAlert {
  /** `alertname` and the labels of the rule among them, without the metric's name. */
  readonly labels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of the last evaluation that yielded it. */
  readonly value: number;
  readonly phase: AlertPhase;
  /** Since when the expression holds (Unix ms). */
  readonly activeAtMs: number;
  readonly firedAtMs: number | undefined;
  readonly resolvedAtMs: number | undefined;
  /** Since when it fires only because of `keep_firing_for`. */
  readonly keptSinceMs: number | undefined;
  readonly sentAtMs: number | undefined;
  /** It was taken over from a former process and has not been seen since. */
  readonly unseen: boolean;
}

/** How long (ms) a resolved alert is remembered and told again. */
export const RESOLVED_RETENTION_MS = 15 * 60_000;
/** A firing alert is told again after as long (ms). */
export const RESEND_DELAY_MS = 60_000;
/** A firing alert is valid for so many intervals: two that fail do not end it. */
const VALID_INTERVALS = 4;

/** What the last evaluation yielded for an alert. */
export type Found = Pick<ActiveAlert, 'labels' | 'annotations' | 'value'>;

export interface Durations {
  readonly forMs: number;
  readonly keepFiringForMs: number;
}

/**
 * The next state of an alert, as Prometheus computes it.
 * @param found what the evaluation yielded; `undefined`: nothing for these labels
 * @returns `undefined` for an alert that is forgotten
 */
export function nextAlert(
  before: ActiveAlert | undefined,
  found: Found | undefined,
  { forMs, keepFiringForMs }: Durations,
  nowMs: number,
): ActiveAlert | undefined {
  if (found !== undefined) return held(before, found, forMs, nowMs);
  if (before === undefined || before.phase === 'pending') return undefined;
  if (before.phase === 'inactive') return nowMs - before.resolvedAtMs! > RESOLVED_RETENTION_MS ? undefined : before;
  if (keepFiringForMs > 0) {
    const keptSinceMs = before.keptSinceMs ?? nowMs;
    if (nowMs - keptSinceMs < keepFiringForMs) return { ...before, keptSinceMs };
  }
  return { ...before, phase: 'inactive', resolvedAtMs: nowMs, keptSinceMs: undefined, unseen: false };
}

function held(before: ActiveAlert | undefined, found: Found, forMs: number, nowMs: number): ActiveAlert {
  const goesOn = before !== undefined && before.phase !== 'inactive';
  const activeAtMs = goesOn ? before.activeAtMs : nowMs;
  const fires = goesOn ? before.phase === 'firing' || nowMs - activeAtMs >= forMs : forMs === 0;
  return {
    ...found,
    phase: fires ? 'firing' : 'pending',
    activeAtMs,
    firedAtMs: fires ? ((goesOn ? before.firedAtMs : undefined) ?? nowMs) : undefined,
    resolvedAtMs: undefined,
    keptSinceMs: undefined,
    sentAtMs: goesOn ? before.sentAtMs : undefined,
    unseen: false,
  };
}

/** Whether an alert is to be told after an evaluation: when it begins and ends, and now and then meanwhile. */
export function isDue({ phase, resolvedAtMs, sentAtMs }: ActiveAlert, nowMs: number): boolean {
  if (phase === 'pending') return false;
  if (sentAtMs === undefined) return true;
  if (resolvedAtMs !== undefined && resolvedAtMs > sentAtMs) return true;
  return nowMs - sentAtMs >= RESEND_DELAY_MS;
}

/** The alert as it is told. @param nowMs of the evaluation */
export function posted(alert: ActiveAlert, intervalMs: number, nowMs: number, generatorUrl: string): PostedAlert {
  return {
    labels: alert.labels.toObject(),
    annotations: alert.annotations,
    startsAt: alert.firedAtMs ?? alert.activeAtMs,
    endsAt: alert.resolvedAtMs ?? nowMs + VALID_INTERVALS * Math.max(RESEND_DELAY_MS, intervalMs),
    generatorUrl,
    value: alert.value,
  };
}
