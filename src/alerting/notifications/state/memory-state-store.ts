import { type EventPage, type EventQuery, type NotificationEvent, type StateEntry, StateStore } from './state-store';

const MAX_EVENTS = 10_000;

/** For a copy without a database: what is kept ends with the process. */
export class MemoryStateStore extends StateStore {
  readonly isShared = false;
  private readonly kept: NotificationEvent[] = [];
  private dropped = 0;

  async write(_entries: readonly StateEntry[], events: readonly NotificationEvent[]): Promise<void> {
    this.kept.push(...events);
    const excess = this.kept.length - MAX_EVENTS;
    if (excess > 0) this.dropped += this.kept.splice(0, excess).length;
  }

  async changes(): Promise<readonly StateEntry[]> {
    return [];
  }

  async events({ fromMs, toMs, kind, alertname, limit, before }: EventQuery): Promise<EventPage> {
    const events: NotificationEvent[] = [];
    let at = Math.min(this.kept.length, (before ?? Infinity) - this.dropped) - 1;
    for (; at >= 0 && events.length < limit; at--) {
      const event = this.kept[at]!;
      if (event.atMs < fromMs || event.atMs > toMs) continue;
      if (kind !== undefined && event.kind !== kind) continue;
      if (alertname !== undefined && !event.alertnames.includes(alertname)) continue;
      events.push(event);
    }
    return { events, next: at >= 0 ? at + 1 + this.dropped : undefined };
  }

  async concerning(occurrences: readonly string[], limit: number): Promise<readonly NotificationEvent[]> {
    const wanted = new Set(occurrences);
    return this.kept.filter((event) => event.occurrences?.some((each) => wanted.has(each))).slice(0, limit);
  }

  async purge(beforeMs: number): Promise<void> {
    const first = this.kept.findIndex(({ atMs }) => atMs >= beforeMs);
    this.dropped += this.kept.splice(0, first < 0 ? this.kept.length : first).length;
  }
}
