export type AlertPhase = 'pending' | 'firing' | 'resolved';

/** The state of one alert of a rule. */
export interface AlertState {
  readonly phase: AlertPhase;
  /** Unix ms at which the phase began. */
  readonly sinceMs: number;
  /** Unix ms at which the expression began to hold. */
  readonly activeAtMs: number;
  readonly value: number;
}

/** How long a resolved alert is still shown, as in Prometheus. */
export const RESOLVED_SHOWN_MS = 15 * 60_000;

/**
 * The next state of an alert: pending as soon as the expression holds, firing when it has held for `forMs`, resolved
 * when it no longer holds. A pending alert whose expression stops holding is removed without being resolved.
 * @returns `undefined` for an alert that is not there
 */
export function nextState(
  state: AlertState | undefined,
  { active, value }: { readonly active: boolean; readonly value: number },
  forMs: number,
  nowMs: number,
): AlertState | undefined {
  if (!active) return ended(state, value, nowMs);
  if (state === undefined || state.phase === 'resolved') {
    return { phase: forMs > 0 ? 'pending' : 'firing', sinceMs: nowMs, activeAtMs: nowMs, value };
  }
  const fires = state.phase === 'pending' && nowMs - state.activeAtMs >= forMs;
  return fires ? { ...state, phase: 'firing', sinceMs: nowMs, value } : { ...state, value };
}

function ended(state: AlertState | undefined, value: number, nowMs: number): AlertState | undefined {
  if (state?.phase === 'firing') return { ...state, phase: 'resolved', sinceMs: nowMs, value };
  return state?.phase === 'resolved' && nowMs - state.sinceMs < RESOLVED_SHOWN_MS ? { ...state, value } : undefined;
}
