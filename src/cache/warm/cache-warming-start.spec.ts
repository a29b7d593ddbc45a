import { Injectable } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { CommonModule } from '../../common/common.module';
import { CacheModule } from '../cache.module';
import { CacheService } from '../cache.service';
import { CacheWarmer } from './cache-warmer.decorator';
import { CacheWarming } from './cache-warming';

@Injectable()
class Prices {
  runs = 0;
  readonly begun = Promise.withResolvers<void>();
  readonly release = Promise.withResolvers<void>();
  readonly secondRun = Promise.withResolvers<void>();

  constructor(private readonly cache: CacheService) {}

  @CacheWarmer({ name: 'prices', cron: '* * * * * *' })
  async warm(): Promise<void> {
    this.runs++;
    this.begun.resolve();
    await this.release.promise;
    await this.cache.set('prices', this.runs);
    if (this.runs > 1) this.secondRun.resolve();
  }
}

function testModule(warmBeforeReady: boolean): Promise<TestingModule> {
  const options = {
    memory: true,
    redis: false,
    ttlMs: 60_000,
    memoryLimitBytes: 1_048_576,
    prefix: 't',
    redisTimeoutMs: 100,
    warmBeforeReady,
  };
  return Test.createTestingModule({
    imports: [CommonModule, ScheduleModule.forRoot(), CacheModule.forRoot(options)],
    providers: [Prices],
  }).compile();
}

describe('warming and the start of the application', () => {
  it.each([
    [true, 'waits for'],
    [false, 'does not wait for'],
  ])('with warmBeforeReady %s the start %s the warmers', async (warmBeforeReady) => {
    const module = await testModule(warmBeforeReady);
    const prices = module.get(Prices);
    let started = false;
    const start = module.init().then(() => (started = true));
    await prices.begun.promise;
    if (warmBeforeReady) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(started).toBe(false);
    } else await start;
    prices.release.resolve();
    await start;
    if (warmBeforeReady) {
      expect(module.get(CacheWarming).isWarm).toBe(true);
      expect(module.get(CacheService).getSync('prices')).toBe(1);
    }
    await module.close();
  });

  it('gives every warmer its turn, also when others hang', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
    const ran: string[] = [];
    @Injectable()
    class Hanging {
      @CacheWarmer({ name: 'one' })
      one(): Promise<void> {
        return new Promise(() => undefined);
      }
      @CacheWarmer({ name: 'two' })
      two(): Promise<void> {
        return new Promise(() => undefined);
      }
      @CacheWarmer({ name: 'three' })
      three(): void {
        ran.push('three');
      }
    }
    const module = await Test.createTestingModule({
      imports: [CommonModule, ScheduleModule.forRoot(), CacheModule.forRoot({ redis: false })],
      providers: [Hanging],
    }).compile();
    await module.init();
    await jest.advanceTimersByTimeAsync(29_000);
    expect(ran).toEqual([]);
    await jest.advanceTimersByTimeAsync(1_000);
    await module.get(CacheWarming).warmed;
    expect(ran).toEqual(['three']);
    const states = module
      .get(CacheWarming)
      .states()
      .map(({ state }) => state);
    expect(states).toEqual(['done', 'running', 'running', 'done']);
    await module.close();
    jest.useRealTimers();
  });

  it('runs a warmer again when its schedule says so', async () => {
    const module = await testModule(true);
    const prices = module.get(Prices);
    prices.release.resolve();
    await module.init();
    await prices.secondRun.promise;
    expect(module.get(CacheService).getSync('prices')).toBeGreaterThan(1);
    await module.close();
  });
});
