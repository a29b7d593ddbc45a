// The service as a whole: how soon it is ready, what it weighs at rest, and its main job.
import { runBench } from '../lib/bench.mjs';
import { absolute } from '../lib/rows.mjs';
import { RunningService } from './running-service.mjs';

const AT_REST_AFTER_MS = 20_000;
const MEGABYTE = 1_048_576;
const MAIN_JOB = { hitRate: 0.8, responseTimeReduction: 0.5, throughputGain: 2, databaseLoadReduction: 0.3 };

await runBench('service', [
  absolute({
    id: 'start-cold-ms',
    title: 'from the first instruction to ready, with initdb',
    unit: 'ms',
    target: { atMost: 6_000 },
    rounds: 5,
    measure: () => RunningService.use({}, ({ readyAfterMs }) => readyAfterMs),
  }),
  absolute({
    id: 'start-warm-ms',
    title: 'from the first instruction to ready, the database made before',
    unit: 'ms',
    target: { atMost: 2_000 },
    rounds: 5,
    setup: async () => {
      const dataDir = RunningService.folder();
      await RunningService.use({ dataDir }, () => undefined);
      return { dataDir, teardown: () => RunningService.remove(dataDir) };
    },
    measure: ({ context: { dataDir } }) => RunningService.use({ dataDir }, ({ readyAfterMs }) => readyAfterMs),
  }),
  absolute({
    id: 'rss-at-rest-mb',
    title: 'resident memory of the Node process, 20 s after it is ready',
    unit: 'MB',
    target: { atMost: 220 },
    rounds: 3,
    measure: () =>
      RunningService.use({}, async (service) => (await service.residentBytesAfter(AT_REST_AFTER_MS)) / MEGABYTE),
  }),
  ...Object.entries(MAIN_JOB).map(([name, atLeast]) =>
    absolute({
      id: `cached-read-${kebabCase(name)}`,
      title: `POST /performance/benchmark, ${name}`,
      target: { atLeast },
      rounds: 3,
      measure: () => RunningService.use({}, async (service) => (await service.cachedRead())[name].actual),
    }),
  ),
]);

function kebabCase(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
