import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { readInventory } from '../../src/monitoring/collectors/inventory/inventory-reader';
import { MetricsGatherer } from '../../src/monitoring/registry/metrics-gatherer';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { inSmallProcess } from '../support/small-process';

describe('metrics of the runtime', () => {
  let app: NestExpressApplication;
  const valueOf = async (name: string) => {
    for await (const metric of app.get(MetricsGatherer).gather()) {
      for (const { series, value } of metric.samples()) {
        if (series.name === name && series.labelText === '') return value;
      }
    }
    return undefined;
  };
  beforeAll(async () => {
    app = await startApp({ METRICS_SAMPLE_INTERVAL_SECONDS: '1' });
  });
  afterAll(() => app.close());

  it('count every garbage collection, also of those that are reported together', async () => {
    expect(await inSmallProcess<number>(join(__dirname, 'count-collections.ts'))).toBeGreaterThanOrEqual(5);
  });

  it('tell how late the event loop was, without the resolution of the measurement', async () => {
    await sleep(1_100);
    const until = performance.now() + 300;
    while (performance.now() < until);
    await eventually(
      'the hold is seen',
      async () => ((await valueOf('nodejs_eventloop_delay_max_seconds')) ?? 0) > 0.25,
    );
    await eventually('a window without it', async () => (await valueOf('nodejs_eventloop_delay_max_seconds'))! < 0.25);
    expect(await valueOf('nodejs_eventloop_delay_min_seconds')).toBeLessThan(0.005);
    const utilization = (await valueOf('nodejs_eventloop_utilization_ratio'))!;
    expect(utilization).toBeGreaterThan(0);
    expect(utilization).toBeLessThanOrEqual(1);
  });

  it('tell the CPU of machine and process after the second sample', async () => {
    for (const name of ['system_cpu_utilization_ratio', 'process_cpu_utilization_ratio']) {
      const ratio = await eventually(name, () => valueOf(name));
      expect(ratio).toBeGreaterThan(0);
      expect(ratio).toBeLessThan(1.2);
    }
  });
});

describe('the inventory of the machine', () => {
  it('is read without holding the event loop', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const inventory = await readInventory();
    clearInterval(timer);
    expect(inventory.osName).not.toBe('');
    expect(inventory.cpuModel).not.toBe('');
    expect(turns).toBeGreaterThan(5);
  });
});
