import type { Clock } from '../../common/clock';
import { type HttpConnection, OriginConnections } from './http-connection';

/** The origins with a connection or a waiting caller; one that has neither any more is to be forgotten. */
export class HttpOrigins {
  private readonly origins = new Map<string, OriginConnections>();

  constructor(private readonly clock: Clock) {}

  at(origin: string): OriginConnections {
    let connections = this.origins.get(origin);
    if (connections === undefined) {
      connections = new OriginConnections(origin, this.clock);
      this.origins.set(origin, connections);
    }
    return connections;
  }

  forgetIfUnused(home: OriginConnections): void {
    if (home.isUnused && this.origins.get(home.origin) === home) this.origins.delete(home.origin);
  }

  get waiting(): number {
    let waiting = 0;
    for (const { queue } of this.origins.values()) waiting += queue.size;
    return waiting;
  }

  /** Of the origins somebody waits for and `mayServe` finds able, the one whose first caller has waited longest. */
  longestWaiting(mayServe: (home: OriginConnections) => boolean): OriginConnections | undefined {
    let next: OriginConnections | undefined;
    for (const home of this.origins.values()) {
      if (home.queue.size === 0 || !mayServe(home)) continue;
      if (next === undefined || home.queue.longestWaitMs > next.queue.longestWaitMs) next = home;
    }
    return next;
  }

  /** Takes the connection that has been idle for longest; undefined when none is idle. */
  takeLongestIdle(): HttpConnection | undefined {
    let oldest: HttpConnection | undefined;
    for (const { idle } of this.origins.values()) {
      const first = idle[0];
      if (first !== undefined && (oldest === undefined || first.sinceMs < oldest.sinceMs)) oldest = first;
    }
    return oldest?.home.idle.shift();
  }

  /** Sends every waiting caller away. */
  rejectWaiting(makeError: () => Error): void {
    for (const { queue } of this.origins.values()) queue.rejectAll(makeError);
  }
}
