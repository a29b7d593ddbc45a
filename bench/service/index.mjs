// The service as a whole: how soon it is ready, what it weighs at rest, and its main job.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBench } from '../lib/bench.mjs';
import { absolute } from '../lib/rows.mjs';
import { loadRows } from './load-rows.mjs';
import { RunningService } from './running-service.mjs';

const AT_REST_AFTER_MS = 20_000;
const MEGABYTE = 1_048_576;
const MAIN_JOB = { hitRate: 0.8, responseTimeReduction: 0.5, throughputGain: 2, databaseLoadReduction: 0.3 };

const ROOT = join(import.meta.dirname, '..', '..');
const SUPPORT = join(ROOT, 'test', 'support');

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
  absolute({
    id: 'foreign-text-ms',
    title: 'the longest that one parser of foreign text takes for its worst megabyte, CPU time',
    unit: 'ms',
    target: { atMost: 50 },
    rounds: 3,
    measure: () => {
      const { reads, tookMs } = worstForeignText();
      process.stderr.write(`foreign-text-ms: ${reads}, ${tookMs} ms\n`);
      return tookMs;
    },
  }),
  absolute({
    id: 'import-cache-ms',
    title: "import 'performance-gateway/cache' where only Nest is installed and loaded, CPU time",
    unit: 'ms',
    target: { atMost: 60 },
    rounds: 7,
    setup: applicationWithNest,
    measure: ({ context: { folder } }) => importOfCache(folder),
  }),
  ...loadRows,
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

/** Every parser of the test of foreign text (`test/fixtures/foreign-texts.ts`), as that test feeds it. */
function worstForeignText() {
  const scripts = ['run-typescript.mjs', 'foreign-text-time.ts'].map((name) => join(SUPPORT, name));
  return JSON.parse(execFileSync(process.execPath, scripts, { encoding: 'utf8' }));
}

/** A folder with what is built and with Nest, and without what a checkout has installed besides. */
function applicationWithNest() {
  const folder = mkdtempSync(join(tmpdir(), 'import-'));
  cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  mkdirSync(join(folder, 'node_modules', '@nestjs'), { recursive: true });
  for (const name of ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs', 'tslib']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return { folder, teardown: () => rmSync(folder, { recursive: true, force: true }) };
}

/** In a process of its own. */
function importOfCache(folder) {
  const code = `
    for (const name of ['reflect-metadata', '@nestjs/common', '@nestjs/core']) require(name);
    const { user, system } = process.cpuUsage();
    require('./dist/cache/index.js');
    const used = process.cpuUsage({ user, system });
    process.stdout.write(String((used.user + used.system) / 1_000));`;
  return Number(execFileSync(process.execPath, ['-e', code], { cwd: folder, encoding: 'utf8' }));
}

function kebabCase(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
