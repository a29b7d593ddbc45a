// The thread of the load generator: carries out the plan it is given, tells interim figures and the result.
import { parentPort, workerData } from 'node:worker_threads';
import { HELD_AFTER_MS } from './heartbeat';
import type { GeneratorMessage, LoadPlan } from './load-plan';
import { LoadRun } from './load-run';

const INTERIM_EVERY_MS = 500;
const LOOK_EVERY_MS = 100;

const parent = parentPort!;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of Node has no origin
const post = (message: GeneratorMessage) => parent.postMessage(message);
const run = new LoadRun(workerData as LoadPlan, () => post({ type: 'measuring' }));

const interim = setInterval(() => {
  if (run.elapsedMs > 0) post({ type: 'interim', figures: run.figures(), elapsedMs: run.elapsedMs });
}, INTERIM_EVERY_MS);

// The service cannot stop a load that keeps its own thread busy, so its silence stops it.
let aliveMs = performance.now();
parent.on('message', () => (aliveMs = performance.now()));
const watch = setInterval(() => {
  const forMs = performance.now() - aliveMs;
  if (forMs < HELD_AFTER_MS) return;
  post({ type: 'held', forMs });
  void run.stop().finally(() => process.exit());
}, LOOK_EVERY_MS);

void run
  .run()
  .then((figures) => post({ type: 'done', figures }))
  .finally(() => {
    clearInterval(interim);
    clearInterval(watch);
    parent.unref();
  });
