// In a small process: what imported series count over what the heap has grown by; the argument names the body.
import { SystemClock } from '../../src/common/clock';
import { CompressedSeriesStore } from '../../src/monitoring/series/compressed-series-store';
import { SeriesImporter } from '../../src/monitoring/series/import/series-importer';
import { IMPORT_BODIES } from './import-bodies';

async function countedOverReal(lineOf: (index: number) => string): Promise<{ ratio: number; samples: number }> {
  const clock = new SystemClock();
  const store = new CompressedSeriesStore(
    { retentionMs: 3_600_000, maxSeriesPerKind: 1e6, memoryLimitBytes: 1e9 },
    clock,
  );
  const importer = new SeriesImporter(store, clock);
  const before = { real: usedBytes(), counted: store.stats().bytes };
  let samples = 0;
  for (let body = 0; body < 4; body++) {
    const lines = Array.from({ length: 1_000 }, (_, index) => lineOf(body * 1_000 + index));
    samples += (await importer.import(Buffer.from(`${lines.join('\n')}\n# EOF`), 'openmetrics')).samples;
  }
  const ratio = (store.stats().bytes - before.counted) / (usedBytes() - before.real);
  return { ratio, samples: store.stats().samples === samples ? samples : 0 };
}

function usedBytes(): number {
  for (let n = 0; n < 3; n++) globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const lineOf = IMPORT_BODIES[process.argv[2]!];
if (lineOf === undefined) throw new Error(`there is no body called ${process.argv[2]}`);
// In the first round code is loaded and compiled, which takes memory, too.
void countedOverReal(lineOf)
  .then(() => countedOverReal(lineOf))
  .then((answer) => process.stdout.write(JSON.stringify(answer)));
