import { channel } from 'node:diagnostics_channel';
import type { Breaker, BreakerState } from './breaker';
import type { PoolState } from './pool';
import type { CloseReason, RejectReason } from './pool-counters';

/** A pool or one of its endpoints changed its state; `from` is undefined when it is the first one seen. */
export interface PoolStateChange {
  readonly pool: string;
  readonly endpoint: string;
  readonly from: PoolState | undefined;
  readonly to: PoolState;
  readonly error: string | undefined;
}
export const poolStateChanges = channel('performance-gateway:pools:state');

export interface PoolBreakerChange {
  readonly pool: string;
  readonly endpoint: string;
  /** The route group whose breaker it is, as in `GET /orders`; undefined for that of the server as a whole. */
  readonly route: string | undefined;
  readonly from: BreakerState;
  readonly to: BreakerState;
  /** What the server failed with last, where the breaker opens. */
  readonly error: unknown;
}
export const poolBreakerChanges = channel('performance-gateway:pools:breaker');

/** Publishes every change of a breaker. */
export function publishBreaker(breaker: Breaker, whose: Pick<PoolBreakerChange, 'pool' | 'endpoint' | 'route'>): void {
  breaker.onChange((to, from) => {
    const error = to === 'open' ? breaker.lastError : undefined;
    const change: PoolBreakerChange = { ...whose, from, to, error };
    poolBreakerChanges.publish(change);
  });
}

/** A connection was opened (`reason` undefined) or closed. */
export interface PoolConnectionChange {
  readonly pool: string;
  readonly reason: CloseReason | undefined;
  readonly error: unknown;
}
export const poolConnectionChanges = channel('performance-gateway:pools:connection');

/** A caller got no connection. */
export interface PoolRefusal {
  readonly pool: string;
  readonly reason: RejectReason | 'timeout' | 'aborted';
}
export const poolRefusals = channel('performance-gateway:pools:refusal');

/** A statement took longer than `slowQueryMs` of its pool. */
export interface PoolSlowQuery {
  readonly pool: string;
  /** Without values: constants and parameters are `?`. */
  readonly text: string;
  /** What was added to it by `sqlComments`, such as the id of the trace; empty where nothing was. */
  readonly comment: string;
  readonly durationMs: number;
  readonly rows: number;
  readonly failed: boolean;
  /** How often the same statement was slow since its last report, and was not reported. */
  readonly left: number;
  /** What `EXPLAIN` says of it, without values; undefined where it was not asked, or could not answer. */
  readonly plan: string | undefined;
  /** Why there is no plan, where one was wanted. */
  readonly noPlan: string | undefined;
}
export const poolSlowQueries = channel('performance-gateway:pools:slow-query');

/** A lease is out for longer than the threshold, or such a lease came back. */
export interface PoolLeak {
  readonly pool: string;
  readonly outForMs: number;
  /** The stack of the acquire; undefined for a lease whose stack was not taken. */
  readonly stack: string | undefined;
  readonly returned: boolean;
}
export const poolLeaks = channel('performance-gateway:pools:leak');
