import { Controller, type INestApplication, Module, Post } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import type { App } from 'supertest/types';
import { z } from 'zod';
import { AlertingModule } from '../../src/alerting/alerting.module';
import { CacheModule } from '../../src/cache/cache.module';
import { MonitoringModule } from '../../src/monitoring/monitoring.module';
import {
  BenchmarkScenario,
  PerformanceModule,
  type ScenarioContext,
  type ScenarioOutcome,
} from '../../src/performance';
import { PoolsModule } from '../../src/pools/pools.module';

class Checkout {
  orders = 0;
}

interface Parameters {
  readonly orders: number;
}

@BenchmarkScenario()
class CheckoutScenario implements BenchmarkScenario<Parameters> {
  readonly name: string = 'checkout';
  readonly description = 'Orders of one customer';
  readonly parameters = z.strictObject({ orders: z.int().min(1).max(1_000).default(100) });
  readonly requires = [] as const;

  constructor(private readonly checkout: Checkout) {}

  run({ orders }: Parameters, { progress }: ScenarioContext): Promise<ScenarioOutcome> {
    this.checkout.orders += orders;
    progress('orders', 1);
    return Promise.resolve({ results: {}, phases: {}, verdict: `${orders} orders` });
  }
}

@BenchmarkScenario()
class OtherCheckoutScenario extends CheckoutScenario {}

@BenchmarkScenario()
class BadlyNamedScenario extends CheckoutScenario {
  override readonly name = 'Check out';
}

@BenchmarkScenario()
class NoScenario {
  readonly name = 'nothing';
}

/** An application without anything of the service's own. */
async function started(...scenarios: (new (...args: never[]) => unknown)[]): Promise<INestApplication<App>> {
  @Controller()
  class Shop {
    @Post()
    order() {
      return 'ordered';
    }
  }
  @Module({ controllers: [Shop], providers: [Checkout, ...scenarios] })
  class ShopModule {}
  const rooms = [
    CacheModule.forRoot(),
    PoolsModule.forRoot({}),
    MonitoringModule.forRoot({}),
    AlertingModule.forRoot({}),
  ];
  const performance = PerformanceModule.forRoot({ access: 'open', benchmark: { enabled: true } });
  const module = await Test.createTestingModule({
    imports: [ScheduleModule.forRoot(), ...rooms, performance, ShopModule],
  }).compile();
  const app = module.createNestApplication<INestApplication<App>>({ logger: false });
  try {
    return await app.init();
  } catch (error) {
    await app.close();
    throw error;
  }
}

describe('a scenario of an application', () => {
  it('is listed with its parameters, run with its dependencies, and its parameters are checked by field', async () => {
    const app = await started(CheckoutScenario);
    try {
      const http = request(app.getHttpServer());
      const { body } = await http.get('/performance/benchmark/scenarios').expect(200);
      expect(body.scenarios).toContainEqual({
        name: 'checkout',
        description: 'Orders of one customer',
        parameters: expect.objectContaining({
          properties: { orders: expect.objectContaining({ type: 'integer', minimum: 1, maximum: 1_000 }) },
        }),
        runnable: true,
        missing: [],
      });
      const start = (parameters: object) =>
        request(app.getHttpServer())
          .post('/performance/benchmark?wait=true')
          .send({ scenario: 'checkout', parameters });
      const run = await start({ orders: 7 }).expect(200);
      expect(run.body).toMatchObject({ state: 'completed', parameters: { orders: 7 }, verdict: '7 orders' });
      expect(app.get(Checkout, { strict: false }).orders).toBe(7);
      const refused = await start({ orders: 0 }).expect(400);
      expect(refused.body.errors).toEqual([
        expect.objectContaining({ in: 'body', field: 'parameters.orders', value: 0 }),
      ]);
    } finally {
      await app.close();
    }
  });

  it.each([
    [
      [CheckoutScenario, OtherCheckoutScenario],
      'OtherCheckoutScenario has the name "checkout", as CheckoutScenario has',
    ],
    [[BadlyNamedScenario], 'BadlyNamedScenario must have a name of small letters, digits and hyphens, not "Check out"'],
    [[NoScenario], 'NoScenario must have a method run(parameters, context)'],
  ])('that cannot be one ends the start with why', async (scenarios, why) => {
    await expect(started(...scenarios)).rejects.toThrow(`@BenchmarkScenario(): ${why}`);
  });
});
