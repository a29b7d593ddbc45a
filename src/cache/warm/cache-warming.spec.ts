import { Injectable, Logger } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { CommonModule } from '../../common/common.module';
import { CacheModule } from '../cache.module';
import { CacheService } from '../cache.service';
import { CacheWarmer } from './cache-warmer.decorator';
import { CacheWarming } from './cache-warming';
import type { WarmUp } from './warm-up';

const gate = { release: (): void => undefined };

@Injectable()
class Products {
  runs = 0;
  atOnce = 0;
  mostAtOnce = 0;

  constructor(private readonly cache: CacheService) {}

  @CacheWarmer({ name: 'products', cron: '0 0 4 * * *' })
  async warm(warmUp: WarmUp): Promise<void> {
    this.runs++;
    const ids = Array.from({ length: 30 }, (_, id) => id);
    await warmUp.forEach(ids, (id) => this.load(id), 4);
  }

  @CacheWarmer({ name: 'broken' })
  async broken(): Promise<void> {
    throw new Error('no such table');
  }

  @CacheWarmer({ name: 'slow' })
  slow(): Promise<void> {
    return new Promise((resolve) => (gate.release = resolve));
  }

  private async load(id: number): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    await new Promise(setImmediate);
    this.atOnce--;
    if (id === 7) throw new Error('gone');
    await this.cache.set(`product:${id}`, id);
  }
}

describe('warming without Redis', () => {
  it('runs every warmer at start, a few at a time, whatever becomes of the others, and again on request', async () => {
    const module = await Test.createTestingModule({
      imports: [
        CommonModule,
        ScheduleModule.forRoot(),
        CacheModule.forRoot({
          memory: true,
          redis: false,
          ttlMs: 1_000,
          memoryLimitBytes: 1_048_576,
          prefix: 't',
          redisTimeoutMs: 100,
        }),
      ],
      providers: [Products],
    }).compile();
    module.useLogger(false);
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    await module.init();
    const warming = module.get(CacheWarming);
    const products = module.get(Products);
    expect(warming.isWarm).toBe(false);
    while (products.runs === 0 || warming.states().find(({ name }) => name === 'products')?.state === 'running') {
      await new Promise(setImmediate);
    }
    expect(module.get(CacheService).getSync('product:3')).toBe(3);
    expect(products.mostAtOnce).toBe(4);
    warming.start(['slow']); // joins the run under way
    gate.release();
    await warming.warmed;
    expect(warming.states()).toMatchObject([
      { name: 'hottest-keys', state: 'done', total: 0 },
      { name: 'products', state: 'done', done: 29, failed: 1, total: 30, itemError: 'gone' },
      { name: 'broken', state: 'failed', error: 'no such table' },
      { name: 'slow', state: 'done' },
    ]);
    expect(warned.mock.calls.flat()).toEqual([
      'the cache warmer "broken" failed: no such table',
      '1 of the 30 items of the cache warmer "products" failed, the first with: gone',
    ]);
    warned.mockRestore();
    expect(() => warming.start(['none'])).toThrow('no cache warmer "none"');
    expect([...module.get(SchedulerRegistry).getCronJobs().keys()]).toEqual(['cache-warmer:products']);
    await module.close();
  });
});
