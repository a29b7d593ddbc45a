/**
 * An alert as Alertmanager takes it: what its rule says of one series after an evaluation. Alerts with equal labels are
 * the same alert; posting it again updates it.
 */
export interface PostedAlert {
  /** `alertname` among them. A label with an empty value is none. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Since when it is active (Unix ms). */
  readonly startsAt: number;
  /** Until when it counts as firing (Unix ms): in the past for one that is resolved, in the future for one that fires. */
  readonly endsAt: number;
  /** Where its expression can be looked at; empty when there is no such place. */
  readonly generatorUrl: string;
  /** What the rule compares, at the last evaluation that yielded it; `undefined` where it is not known. */
  readonly value?: number | undefined;
  /** The number it is compared with; `undefined` where there is no single one. */
  readonly threshold?: number | undefined;
}

/** Takes what the rules say. It only notes the alerts and returns: telling anybody happens later, and never throws here. */
export interface AlertReceiver {
  receive(alerts: readonly PostedAlert[]): void;
}

/** For injection: who takes the alerts of the rules. */
export const ALERT_RECEIVER = Symbol('ALERT_RECEIVER');
