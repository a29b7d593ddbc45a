import type { PoolLimits } from '../pool';
import { checkLimits } from '../pool-limits';
import { PoolLimitsError } from '../pools.errors';
import type { PoolIdentity } from '../pools-option';
import { RedisConnectionsTooFewError } from './redis.errors';

/** The sockets that are never lent: one for commands, one for the subscriber. */
const RESERVED = 2;

/** How the `max` connections to Redis are used: one for commands, one for the subscriber, the others to be lent. */
export class RedisConnectionLimits {
  constructor(
    readonly max: number,
    private readonly pool: PoolIdentity,
  ) {}

  /**
   * How many may be lent. At least 1, because a lease pool needs a `max` of 1; where there is none to lend, `checkLease`
   * refuses every lease.
   */
  get lendable(): number {
    return Math.max(1, this.max - RESERVED);
  }

  /** @throws RedisConnectionsTooFewError */
  checkSubscriber(): void {
    if (this.max < RESERVED)
      throw new RedisConnectionsTooFewError('a subscriber', this.max, RESERVED, this.pool.limits);
  }

  /** @throws RedisConnectionsTooFewError */
  checkLease(): void {
    if (this.max > RESERVED) return;
    throw new RedisConnectionsTooFewError('a connection of its own', this.max, RESERVED + 1, this.pool.limits);
  }

  /** The same with new ones: `max` counts all sockets, `min` those kept open to be lent. @throws PoolLimitsError */
  with(limits: PoolLimits, subscribed: boolean): RedisConnectionLimits {
    const { name } = this.pool;
    const { min, max } = checkLimits(name, limits);
    if (subscribed && max < RESERVED) throw new PoolLimitsError(name, limits, 'a subscriber is in use');
    if (min > max - RESERVED && min > 0) {
      throw new PoolLimitsError(name, limits, 'commands and the subscriber take two of max, min comes on top');
    }
    return new RedisConnectionLimits(max, this.pool);
  }
}
