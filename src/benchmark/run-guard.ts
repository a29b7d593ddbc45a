import { Injectable, Optional } from '@nestjs/common';
import { availableMemory } from '../common/available-memory';
import { CacheService } from '../cache/cache.service';
import { MonitoringHealth } from '../monitoring/sampling/monitoring-health';
import { PoolRegistry } from '../pools/pool-registry';

const LOOK_EVERY_MS = 200;
/** How often in a row a part has to be down, or less than well, which a single probe that is late can bring about. */
const LOOKS = { down: 2, unwell: 8 };
type Condition = 'up' | keyof typeof LOOKS;
/** An event loop that was held for so long (ms) kept everybody waiting. */
const HELD_MS = 1_500;
const MEMORY_SHARE = 0.95;

/** Watches the health of the service while a benchmark puts load on it. */
@Injectable()
export class RunGuard {
  constructor(
    private readonly pools: PoolRegistry,
    @Optional() private readonly caches?: CacheService,
    @Optional() private readonly monitoring?: MonitoringHealth,
  ) {}

  /** Calls `onUnwell` once when a part that is well now is not any more. The result ends the watch. */
  watch(onUnwell: (why: string) => void): Disposable {
    const wellAtFirst = new Set([...this.parts()].filter(([, condition]) => condition === 'up').map(([name]) => name));
    const looks = new Map<string, number>();
    let lookedMs = performance.now();
    const look = () => {
      const lateMs = performance.now() - lookedMs - LOOK_EVERY_MS;
      lookedMs = performance.now();
      if (lateMs > HELD_MS) return unwell(`the event loop was held for ${(lateMs / 1_000).toFixed(1)} s`);
      for (const [name, condition] of this.parts()) {
        if (!wellAtFirst.has(name)) continue;
        const count = condition === 'up' ? 0 : (looks.get(name) ?? 0) + 1;
        looks.set(name, count);
        if (condition !== 'up' && count >= LOOKS[condition]) return unwell(`${name} is not well any more`);
      }
    };
    const timer = setInterval(look, LOOK_EVERY_MS).unref();
    const unwell = (why: string) => {
      clearInterval(timer);
      onUnwell(why);
    };
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  private *parts(): Generator<readonly [string, Condition]> {
    for (const { name, state } of this.pools.all())
      yield [`pool ${name}`, state === 'up' || state === 'down' ? state : 'unwell'];
    const redis = this.caches?.counts().redis;
    if (redis !== undefined) yield ['the cache', upIf(redis.breaker === 'closed')];
    if (this.monitoring !== undefined) yield ['monitoring', upIf(this.monitoring.stats().status === 'up')];
    yield ['memory', upIf(process.memoryUsage.rss() < MEMORY_SHARE * availableMemory())];
  }
}

const upIf = (well: boolean): Condition => (well ? 'up' : 'unwell');
