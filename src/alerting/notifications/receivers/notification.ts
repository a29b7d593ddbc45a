import type { Content, ToldAlert } from '../delivery/ledger';
import type { LabelSet } from '../matching/alert-matcher';

/** What one receiver is told of one group. */
export interface Notification {
  readonly receiver: string;
  readonly groupKey: string;
  readonly groupLabels: LabelSet;
  readonly alerts: readonly ToldAlert[];
  /** Where this service can be looked at. */
  readonly externalUrl: string;
  /** It is a test: nothing has happened. */
  readonly isTest: boolean;
}

export const statusOf = ({ alerts }: Pick<Notification, 'alerts'>): 'firing' | 'resolved' =>
  alerts.some(({ endsAt }) => endsAt === 0) ? 'firing' : 'resolved';

export const firingOf = ({ alerts }: Pick<Notification, 'alerts'>): ToldAlert[] =>
  alerts.filter(({ endsAt }) => endsAt === 0);
export const resolvedOf = ({ alerts }: Pick<Notification, 'alerts'>): ToldAlert[] =>
  alerts.filter(({ endsAt }) => endsAt > 0);

/** What all alerts have in common. */
export function commonOf(alerts: readonly ToldAlert[], of: (alert: ToldAlert) => LabelSet): LabelSet {
  const [first, ...others] = alerts.map(of);
  return Object.fromEntries(
    Object.entries(first ?? {}).filter(([name, value]) => others.every((other) => other[name] === value)),
  );
}

/** What is sent to a receiver that wants to know only of what fires. */
export function toldContent(content: Content, sendResolved: boolean): readonly ToldAlert[] {
  return sendResolved ? content.alerts : content.alerts.filter(({ endsAt }) => endsAt === 0);
}

/** A time as JSON has it; Alertmanager writes the year 1 for none. */
export const timeText = (atMs: number): string => (atMs === 0 ? '0001-01-01T00:00:00Z' : new Date(atMs).toISOString());
