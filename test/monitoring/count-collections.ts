// In a small process: how many of five garbage collections, which are reported together, the metrics count.
import { GcMetrics } from '../../src/monitoring/collectors/runtime/gc.metrics';
import { MetricsGatherer } from '../../src/monitoring/registry/metrics-gatherer';
import { MetricsRegistry } from '../../src/monitoring/registry/metrics-registry';
import { CardinalityLimit } from '../../src/monitoring/registry/cardinality-limit';
import { SystemClock } from '../../src/common/clock';
import { eventually } from '../support/eventually';

const COLLECTIONS = 5;

async function counted(): Promise<number> {
  const registry = new MetricsRegistry();
  const metrics = new GcMetrics(registry);
  const gatherer = new MetricsGatherer(registry, new CardinalityLimit(100), new SystemClock(), 10_000);
  const major = async () => {
    for await (const metric of gatherer.gather()) {
      for (const { series, value } of metric.samples()) {
        if (series.name.endsWith('_count') && series.labelText === '{v8js_gc_type="major"}') return value;
      }
    }
    return 0;
  };
  metrics.onModuleInit();
  for (let n = 0; n < COLLECTIONS; n++) globalThis.gc!(); // one turn of the loop, one report
  await eventually('the collections are counted', async () => (await major()) >= COLLECTIONS);
  metrics.onApplicationShutdown();
  return major();
}

void counted().then((answer) => process.stdout.write(JSON.stringify(answer)));
