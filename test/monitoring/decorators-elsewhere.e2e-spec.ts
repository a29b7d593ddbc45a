import { Controller, type INestApplication, Inject, Injectable, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { AbstractGraphQLDriver, Args, GraphQLModule, GraphQLSchemaHost, Query, Resolver } from '@nestjs/graphql';
import { type ClientProxy, ClientProxyFactory, MessagePattern, Payload, Transport } from '@nestjs/microservices';
import { ScheduleModule } from '@nestjs/schedule';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { graphql } from 'graphql';
import { firstValueFrom } from 'rxjs';
import { CacheModule } from '../../src/cache/cache.module';
import { Cached } from '../../src/cache/decorators/cached.decorator';
import { Counted } from '../../src/monitoring/collectors/methods/counted.decorator';
import { Timed } from '../../src/monitoring/collectors/methods/timed.decorator';
import { MonitoringModule } from '../../src/monitoring/monitoring.module';
import { MetricsGatherer } from '../../src/monitoring/registry/metrics-gatherer';
import { Pools } from '../../src/pools/pools.service';
import { PoolsModule } from '../../src/pools/pools.module';
import { freePort } from '../support/free-port';

@Resolver()
class ProductsResolver {
  @Query(() => String)
  @Timed({ name: 'resolver_seconds' })
  @Counted()
  async product(@Args('name') name: string): Promise<string> {
    if (name === 'none') throw new Error('sold out');
    return `product ${name}`;
  }
}

@Resolver()
class PoolsResolver {
  constructor(private readonly pools: Pools) {}
  @Query(() => String)
  async kept(): Promise<string> {
    return String(await this.pools.redis.use((redis) => redis.get('kept')));
  }
}

@Controller()
class Messages {
  constructor(private readonly pools: Pools) {}

  @Counted()
  @MessagePattern('sum')
  sum(@Payload() numbers: number[]): number {
    return numbers.reduce((one, other) => one + other, 0);
  }

  @MessagePattern('kept')
  async kept(): Promise<string> {
    return String(await this.pools.redis.use((redis) => redis.get('kept')));
  }
}

@Injectable()
class Prices {
  @Counted({ name: 'asked_total' })
  @Cached()
  @Counted({ name: 'read_total' })
  async priceOf(id: number): Promise<number> {
    return id * 2;
  }
}

abstract class Repository {
  @Counted({ name: 'found_total' })
  async find(): Promise<string> {
    return 'found';
  }
}
@Injectable()
class Orders extends Repository {}
class Invoices extends Repository {}
@Injectable({ scope: Scope.REQUEST })
class OfRequest extends Repository {
  constructor(@Inject(REQUEST) readonly request: unknown) {
    super();
  }
}

/** The part of a driver that a test needs: it makes the schema of the resolvers, as every driver does. */
class SchemaOnly extends AbstractGraphQLDriver {
  async start(): Promise<void> {}
  async stop(): Promise<void> {}
}

const PROVIDERS = [ProductsResolver, PoolsResolver, Prices, Orders, OfRequest, { provide: 'made', useFactory: () => new Invoices() }]; // prettier-ignore

const host = (...rooms: NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>): TestingModuleBuilder =>
  Test.createTestingModule({
    imports: [
      ScheduleModule.forRoot(),
      PoolsModule.forRoot({}),
      CacheModule.forRoot(),
      GraphQLModule.forRoot({ driver: SchemaOnly, autoSchemaFile: true }),
      ...rooms,
    ],
    controllers: [Messages],
    providers: PROVIDERS,
  });

const ask = async (app: INestApplication, source: string) =>
  graphql({ schema: app.get(GraphQLSchemaHost).schema, source, contextValue: {} });

describe('measured methods, however they are called', () => {
  let app: INestApplication;
  let client: ClientProxy;
  const said: string[] = [];
  const write = (text: unknown) => void said.push(String(text));

  const valueOf = async (name: string, labels: Record<string, string> = {}) => {
    for await (const metric of app.get(MetricsGatherer).gather()) {
      for (const { series, value } of metric.samples()) {
        const fits = Object.entries(labels).every(([label, text]) => series.labels[label] === text);
        if (series.name === name && fits) return value;
      }
    }
    return undefined;
  };

  beforeAll(async () => {
    const module = await host(MonitoringModule.forRoot({}))
      .setLogger({ log() {}, warn: write, error: write, fatal: write })
      .compile();
    app = module.createNestApplication();
    const port = await freePort();
    app.connectMicroservice<never>({ transport: Transport.TCP, options: { host: '127.0.0.1', port } } as never, {
      inheritAppConfig: true,
    });
    await app.startAllMicroservices();
    await app.init();
    client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  });
  afterAll(async () => {
    client?.close();
    await app?.close();
  });

  it('as resolvers of GraphQL', async () => {
    const answer = await ask(app, '{ a: product(name: "a") b: product(name: "b") }');
    expect(answer).toMatchObject({ data: { a: 'product a', b: 'product b' } });
    expect((await ask(app, '{ product(name: "none") }')).errors?.[0]?.message).toBe('sold out');
    const labels = { code_namespace: 'ProductsResolver', code_function: 'product' };
    expect(await valueOf('resolver_seconds_count', { ...labels, result: 'success' })).toBe(2);
    expect(await valueOf('resolver_seconds_count', { ...labels, result: 'error' })).toBe(1);
    expect(await valueOf('method_calls_total', { ...labels, result: 'success' })).toBe(2);
  });

  it('as handlers of messages', async () => {
    expect(await firstValueFrom(client.send<number>('sum', [1, 2, 3]))).toBe(6);
    expect(await valueOf('method_calls_total', { code_namespace: 'Messages', result: 'success' })).toBe(1);
  });

  it('in the order in which they are written with @Cached', async () => {
    const prices = app.get(Prices);
    for (let call = 0; call < 3; call++) expect(await prices.priceOf(7)).toBe(14);
    expect(await valueOf('asked_total', { result: 'success' })).toBe(3);
    expect(await valueOf('read_total', { result: 'success' })).toBe(1);
  });

  it('by the class of the instance, also of factories and of requests', async () => {
    await app.get(Orders).find();
    await app.get<Invoices>('made').find();
    await (await app.resolve(OfRequest)).find();
    for (const code_namespace of ['Orders', 'Invoices', 'OfRequest']) {
      expect([code_namespace, await valueOf('found_total', { code_namespace, result: 'success' })]).toEqual([code_namespace, 1]); // prettier-ignore
    }
  });

  it('and an error of a pool is told to those callers by its code, on one line a second', async () => {
    said.length = 0;
    const startedAt = performance.now();
    for (let round = 0; round < 10; round++) {
      const failure = await firstValueFrom(client.send('kept', {})).catch((error: unknown) => error);
      expect(failure).toMatchObject({ status: 'error', statusCode: 503, code: 'POOL_NOT_CONFIGURED' });
      const { errors } = await ask(app, '{ kept }');
      expect(errors?.[0]?.originalError).toMatchObject({ code: 'POOL_NOT_CONFIGURED' });
    }
    const seconds = Math.ceil((performance.now() - startedAt) / 1_000);
    expect(said.filter((line) => line.includes('POOL_NOT_CONFIGURED')).length).toBeLessThanOrEqual(seconds);
    expect(said[0]).toMatch(/^503 POOL_NOT_CONFIGURED/);
  });
});

it('without monitoring those methods run unmeasured', async () => {
  const module = await host().compile();
  expect(await module.get(Prices).priceOf(4)).toBe(8);
  expect(await new Invoices().find()).toBe('found');
  await module.close();
});

it.each([
  ['@Timed()', () => Timed()(Prices, 'name', { value: () => 1 })],
  ['@Counted()', () => Counted()(Prices.prototype, 'total', { get: () => 1 } as never)],
])('%s is refused where it is not on a method of instances', (decorator, decorate) => {
  expect(decorate).toThrow(`${decorator} has to stand on a method of instances`);
});
