#!/usr/bin/env node
// `npm start` and `npx performance-gateway`: checks the runtime, builds if needed, and becomes the service.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { requireRuntime } from './runtime.mjs';

requireRuntime();
const { buildIfStale, entry } = await import('./build-if-stale.mjs');
buildIfStale();
const { runCommand } = createRequire(import.meta.url)(join(entry, '..', 'command-line.js'));
const outcome = runCommand(process.argv.slice(2));
if (outcome === undefined) {
  startWithYoungGeneration();
  await import(entry);
} else {
  (outcome.exitCode === 0 ? process.stdout : process.stderr).write(outcome.output);
  process.exitCode = outcome.exitCode;
}

/** Started by its name, the service gets what `npm start` passes to Node (docs/decisions/young-generation.md). */
function startWithYoungGeneration() {
  const flag = '--min-semi-space-size';
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((text) => text.includes(flag));
  if (given || process.execve === undefined || process.platform === 'win32') return;
  const flags = [`${flag}=16`, '--disable-warning=ExperimentalWarning'];
  process.execve(process.execPath, [process.execPath, ...flags, ...process.execArgv, ...process.argv.slice(1)]);
}
