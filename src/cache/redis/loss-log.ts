import { Logger } from '@nestjs/common';
import { messageOf } from '../../pools/pools.errors';

const SAID = {
  redis: {
    lost: 'Redis is not used: callers go on without it, and changes wait for it',
    restored: 'Redis is used again',
  },
  bus: {
    lost: 'invalidations of other processes are not received',
    restored: 'invalidations of other processes are received again',
  },
} as const;

/** Says once in the log that Redis or the bus is lost, with the reason, and once that it is back. */
export class LossLog {
  private readonly lostAt = new Map<keyof typeof SAID, number>();
  private readonly logger = new Logger('Cache');

  constructor(private readonly staleWithoutBusMs: number) {}

  lost(what: keyof typeof SAID, reason: unknown): void {
    if (this.lostAt.has(what)) return;
    this.lostAt.set(what, performance.now());
    const served = `memory is served for ${this.staleWithoutBusMs} ms more`;
    this.logger.warn(`${SAID[what].lost}, and ${served}: ${messageOf(reason)}`);
  }

  restored(what: keyof typeof SAID): void {
    const lostAt = this.lostAt.get(what);
    if (lostAt === undefined) return;
    this.lostAt.delete(what);
    this.logger.log(`${SAID[what].restored}, after ${Math.round(performance.now() - lostAt)} ms`);
  }
}
