import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../lib/servers.mjs';

const entry = join(import.meta.dirname, '..', '..', 'dist', 'main.js');
const TOKEN = 'a-token-for-benchmarks';
const POLL_MS = 5;
const START_TIMEOUT_MS = 60_000;

/** The built service in a process of its own, on the embedded database. */
export class RunningService {
  constructor(process, url, readyAfterMs) {
    this.process = process;
    this.url = url;
    /** From the moment the process was made until `/readyz` said yes. */
    this.readyAfterMs = readyAfterMs;
  }

  static folder() {
    return mkdtempSync(join(tmpdir(), 'bench-service-'));
  }

  static remove(folder) {
    rmSync(folder, { recursive: true, force: true });
  }

  /** Starts it, hands it to `work` and stops it; without `dataDir` in a folder of its own, removed afterwards. */
  static async use({ dataDir }, work) {
    if (!existsSync(entry)) throw new Error('there is no dist/: run "npm run build" first');
    const folder = dataDir ?? RunningService.folder();
    const service = await RunningService.start(folder);
    try {
      return await work(service);
    } finally {
      service.process.kill('SIGTERM');
      if (service.process.exitCode === null) await once(service.process, 'exit');
      if (dataDir === undefined) RunningService.remove(folder);
    }
  }

  static async start(dataDir) {
    const port = await freePort();
    const env = {
      ...process.env,
      NODE_ENV: 'development',
      PORT: port,
      DATA_DIR: dataDir,
      API_TOKENS: `admin:${TOKEN}`,
    };
    const startedAt = performance.now();
    const child = spawn(process.execPath, ['--min-semi-space-size=16', entry], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const url = `http://127.0.0.1:${port}`;
    while (performance.now() - startedAt < START_TIMEOUT_MS) {
      if (child.exitCode !== null) break;
      const ready = await fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) return new RunningService(child, url, performance.now() - startedAt);
      await sleep(POLL_MS);
    }
    child.kill('SIGKILL');
    throw new Error(`the service was not ready within ${START_TIMEOUT_MS} ms`);
  }

  async residentBytesAfter(restMs) {
    await sleep(restMs);
    const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.process.pid}/status`, 'utf8'));
    return Number(kilobytes) * 1_024;
  }

  /** The results of the main job with its defaults. */
  async cachedRead() {
    const response = await fetch(`${this.url}/performance/benchmark?wait=true`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ scenario: 'cached-read' }),
    });
    if (!response.ok) throw new Error(`the benchmark answered ${response.status}: ${await response.text()}`);
    return (await response.json()).results;
  }
}
