import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  poolBreakerChanges,
  type PoolBreakerChange,
  type PoolLeak,
  poolLeaks,
  type PoolSlowQuery,
  poolSlowQueries,
  type PoolStateChange,
  poolStateChanges,
} from './pool-channels';
import { PoolRegistry } from './pool-registry';
import { messageOf } from './pools.errors';
import { poolsOption } from './pools-option';

/** Writes what an operator should know about the pools into the log. */
@Injectable()
export class PoolsEventLog implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Pools');

  constructor(private readonly registry: PoolRegistry) {}

  onModuleInit(): void {
    subscribe(poolStateChanges.name, this.onState);
    subscribe(poolBreakerChanges.name, this.onBreaker);
    subscribe(poolLeaks.name, this.onLeak);
    subscribe(poolSlowQueries.name, this.onSlowQuery);
  }

  onApplicationShutdown(): void {
    unsubscribe(poolStateChanges.name, this.onState);
    unsubscribe(poolBreakerChanges.name, this.onBreaker);
    unsubscribe(poolLeaks.name, this.onLeak);
    unsubscribe(poolSlowQueries.name, this.onSlowQuery);
  }

  private readonly onState = (message: unknown): void => {
    const { pool, endpoint, from, to, error } = message as PoolStateChange;
    const text = `${pool} (${endpoint}) is ${to}${from === undefined ? '' : `, was ${from}`}`;
    if (error === undefined) this.logger.log(text);
    else this.logger.warn(`${text}: ${error}`);
  };

  /** Those of HTTP and Qdrant; what the others do follows from the state of their server, which is written above. */
  private readonly onBreaker = (message: unknown): void => {
    const { pool, endpoint, route, from, to, error } = message as PoolBreakerChange;
    const kind = this.registry.all().find(({ name }) => name === pool)?.kind;
    if (kind !== 'http' && kind !== 'qdrant') return;
    const what = `${route ?? 'all requests'} of ${pool} (${endpoint})`;
    if (to === 'closed') return this.logger.log(`${what}: sent again, since one has succeeded`);
    if (from !== 'closed') return;
    const cause = error === undefined ? '' : `, last with: ${messageOf(error)}`;
    const option = poolsOption(pool === kind ? `${kind}.breaker` : `qdrant.named.${pool}.breaker`);
    this.logger.warn(`${what}: most are refused for a while, since they keep failing${cause}. ${option} says when.`);
  };

  private readonly onSlowQuery = (message: unknown): void => {
    const { pool, text, comment, durationMs, rows, failed, left, plan, noPlan } = message as PoolSlowQuery;
    const others = left === 0 ? '' : ` (and ${left} more times since it was last told of)`;
    const outcome = failed ? 'and failed' : `for ${rows} rows`;
    const reason = noPlan === undefined ? '' : `\nno plan: ${noPlan}`;
    const why = plan === undefined ? reason : `\n${plan}`;
    this.logger.warn(
      `A statement of ${pool} took ${Math.round(durationMs)} ms ${outcome}${others}: ${text} ${comment}`.trimEnd() +
        why,
    );
  };

  private readonly onLeak = (message: unknown): void => {
    const { pool, outForMs, stack, returned } = message as PoolLeak;
    const seconds = (outForMs / 1_000).toFixed(1);
    if (returned)
      return this.logger.warn(`A lease of ${pool} that was reported as leaked came back after ${seconds} s`);
    const where = stack ?? ' at a place not recorded; from now on it is recorded for every lease';
    this.logger.warn(`A lease of ${pool} is out for ${seconds} s; it was acquired${where}`);
  };
}
