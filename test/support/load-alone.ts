// A load from a process of its own, so that the test may pin it: `… load-alone.ts ORIGIN`; prints why its figures do not count.
import { invalidReason } from '../../src/benchmark/load/load-verdict';
import { load, plan } from './load-from-tests';

void load(plan(process.argv[2]!, { durationMs: 3_000 })).then((figures) =>
  process.stdout.write(JSON.stringify({ sent: figures.sent, invalid: invalidReason(figures) })),
);
