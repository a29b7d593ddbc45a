import { Controller, Get, Injectable, Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { type Counter, register } from 'prom-client';
import request from 'supertest';
import { CommonModule } from '../../src/common/common.module';
import { Counted } from '../../src/monitoring/collectors/methods/counted.decorator';
import { Timed } from '../../src/monitoring/collectors/methods/timed.decorator';
import { MetricsGatherer } from '../../src/monitoring/registry/metrics-gatherer';
import { MonitoringModule } from '../../src/monitoring/monitoring.module';
import { eventually } from '../support/eventually';
import { testConfig } from '../support/test-config';

@Injectable()
class Shop {
  runs = 0;
  constructor(@InjectMetric('shop_visits_total') private readonly visits: Counter<string>) {}

  @Timed({ name: 'shop_lookup_seconds' })
  async lookUp(fail: boolean): Promise<string> {
    this.visits.inc({ door: 'front' });
    if (fail) throw new Error('sold out');
    return 'found';
  }

  @Interval('restock', 20)
  async restock(): Promise<void> {
    if (++this.runs % 2 === 0) throw new Error('the truck is late');
  }
}

@Injectable()
class Sums {
  @Counted()
  add(a: number, b: number): number {
    return a + b;
  }
}

@Controller('shop')
class ShopController {
  constructor(private readonly sums: Sums) {}
  @Get()
  @Timed()
  show(): number {
    return this.sums.add(1, 2);
  }
}

@Module({
  controllers: [ShopController],
  providers: [
    Shop,
    makeCounterProvider({ name: 'shop_visits_total', help: 'Visits', labelNames: ['door'] }),
    Sums,
    { provide: 'SUMS_ALIAS', useExisting: Sums },
  ],
})
class ShopModule {}

describe('measured methods', () => {
  let app: NestExpressApplication;
  let shop: Shop;
  const valueOf = async (name: string, labels: Record<string, string>) => {
    for await (const metric of app.get(MetricsGatherer).gather()) {
      for (const { series, value } of metric.samples()) {
        const fits = Object.entries(labels).every(([label, text]) => series.labels[label] === text);
        if (series.name === name && fits) return value;
      }
    }
    return undefined;
  };

  beforeAll(async () => {
    const { monitoring } = testConfig();
    const module = await Test.createTestingModule({
      imports: [ShopModule, CommonModule, ScheduleModule.forRoot(), MonitoringModule.forRoot(monitoring)],
    }).compile();
    app = module.createNestApplication<NestExpressApplication>({ logger: false });
    await app.listen(0, '127.0.0.1');
    shop = app.get(Shop);
  });
  afterAll(async () => {
    await app.close();
    register.clear();
  });

  it('times calls until their promise settles, apart by result, and passes both through', async () => {
    expect(await shop.lookUp(false)).toBe('found');
    expect(await shop.lookUp(false)).toBe('found');
    await expect(shop.lookUp(true)).rejects.toThrow('sold out');
    const labels = { code_namespace: 'Shop', code_function: 'lookUp' };
    expect(await valueOf('shop_lookup_seconds_count', { ...labels, result: 'success' })).toBe(2);
    expect(await valueOf('shop_lookup_seconds_count', { ...labels, result: 'error' })).toBe(1);
  });

  it('counts calls once, also when the provider has an alias, and measures the methods of controllers', async () => {
    await request(app.getHttpServer()).get('/shop').expect(200, '3');
    expect(app.get(Sums).add(2, 3)).toBe(5);
    expect(await valueOf('method_calls_total', { code_function: 'add', result: 'success' })).toBe(2);
    expect(await valueOf('method_duration_seconds_count', { code_function: 'show', result: 'success' })).toBe(1);
  });

  it('joins what the providers of nestjs-prometheus make', async () => {
    const before = (await valueOf('shop_visits_total', { door: 'front' })) ?? 0;
    await shop.lookUp(false);
    expect(await valueOf('shop_visits_total', { door: 'front' })).toBe(before + 1);
  });

  it('knows runs, failures and times of scheduled jobs', async () => {
    const job = { job_name: 'restock' };
    await eventually('a run that failed', async () => ((await valueOf('scheduled_job_failures_total', job)) ?? 0) > 0);
    expect(await valueOf('scheduled_job_duration_seconds_count', job)).toBeGreaterThan(1);
    const lastRun = (await valueOf('scheduled_job_last_run_timestamp_seconds', job))!;
    expect(Math.abs(lastRun - Date.now() / 1_000)).toBeLessThan(5);
  });
});
