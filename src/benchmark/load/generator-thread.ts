// The thread of the load generator: carries out the plan it is given, tells interim figures and the result.
import { parentPort, workerData } from 'node:worker_threads';
import type { GeneratorMessage, LoadPlan } from './load-plan';
import { LoadRun } from './load-run';

const INTERIM_EVERY_MS = 500;

const parent = parentPort!;
const run = new LoadRun(workerData as LoadPlan);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of Node has no origin
const post = (message: GeneratorMessage) => parent.postMessage(message);
const interim = setInterval(() => {
  if (run.elapsedMs > 0) post({ type: 'interim', figures: run.figures(), elapsedMs: run.elapsedMs });
}, INTERIM_EVERY_MS);

void run
  .run()
  .then((figures) => post({ type: 'done', figures }))
  .finally(() => clearInterval(interim));
