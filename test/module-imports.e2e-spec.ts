import type { DynamicModule, Type } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { AlertingModule } from '../src/alerting/alerting.module';
import { CacheModule } from '../src/cache/cache.module';
import { DatabaseModule } from '../src/database/database.module';
import { MonitoringModule } from '../src/monitoring/monitoring.module';
import { PerformanceModule } from '../src/performance/performance.module';
import { PoolsModule } from '../src/pools/pools.module';

const MODULES = { PoolsModule, CacheModule, MonitoringModule, AlertingModule, DatabaseModule, PerformanceModule };
type Name = keyof typeof MODULES;

/** The others, of which a module may need one, before or after it. */
const start = (name: Name, ...imports: (DynamicModule | Type)[]) => {
  const others = Object.entries(MODULES).flatMap(([other, module]) => (other === name ? [] : [module.forRoot({})]));
  return Test.createTestingModule({ imports: [ScheduleModule.forRoot(), ...others, ...imports] }).compile();
};

describe.each(Object.keys(MODULES) as Name[])('%s', (name) => {
  const module = MODULES[name];

  it('is refused without forRoot, with what to write', async () => {
    await expect(start(name, module)).rejects.toThrow(new RegExp(`^${name} is imported without forRoot\\(\\); .*${name}\\.forRoot\\(`)); // prettier-ignore
  });

  it('is refused a second time', async () => {
    await expect(start(name, module.forRoot({}), module.forRoot({}))).rejects.toThrow(`${name} is imported twice; `);
  });

  it('is refused an option that it does not have', async () => {
    const given = { noSuchOption: 1 } as never;
    await expect((async () => start(name, module.forRoot(given)))()).rejects.toThrow(
      new RegExp(`^${name}\\.forRoot\\(\\): there is no option noSuchOption; there are `),
    );
  });

  it('starts with no option at all', async () => {
    const app = await start(name, module.forRoot({}));
    await app.close();
  });
});

describe('a module that is not imported', () => {
  it('is named by DatabaseModule, with the line to write', async () => {
    const alone = Test.createTestingModule({ imports: [DatabaseModule.forRoot()] });
    await expect(alone.compile()).rejects.toThrow("add PoolsModule.forRoot({ postgres: { url } }) of 'performance-gateway/pools'"); // prettier-ignore
  });
});
