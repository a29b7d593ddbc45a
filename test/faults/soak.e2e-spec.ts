import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { eventually } from '../support/eventually';
import { MemoryLimit } from '../support/memory-limit';
import { dataFolder, ServiceProcess } from '../support/service-process';
import { asAdmin, asReader } from '../support/test-config';

const MB = 1_048_576;
const LIMIT_BYTES = 512 * MB;
const SERIES = 10_000;
const AT_ONCE = 64;
const ROUNDS = 2;
/** Imports with series of their own; the others repeat them, so that every round has the same series. */
const NEW_IMPORTS = 8;
/** What a query may take (s), waiting in line and sending its answer included. */
const TIMEOUT = '30';
const PROMQL = '/performance/prometheus/api/v1';

const form = (fields: Readonly<Record<string, string>>): RequestInit => ({
  method: 'POST',
  headers: { ...asReader, 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({ timeout: TIMEOUT, ...fields }),
});
const read: RequestInit = { headers: asReader };
const importing = (body: Uint8Array, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  headers: { ...asAdmin, 'content-type': 'text/plain; version=0.0.4', ...headers },
  body: new Uint8Array(body),
});

/** Labels as long as they may be, joined into each other as deep as a query may be. */
function nestedJoins(): string {
  let expr = 'soak';
  for (let depth = 0; depth < 12; depth++) expr = `label_join(${expr}, "x", "${'y'.repeat(20)}", "x", "x", "long")`;
  return expr;
}

/** Lines of series whose labels are as long as an import may have them. */
function lines(from: number, count: number, tag = 'a'): Buffer {
  const long = 'v'.repeat(900);
  const text = Array.from({ length: count }, (_, i) => `soak{n="${from + i}",long="${tag}${long}"} ${from + i}`);
  return Buffer.from(`# TYPE soak gauge\n${text.join('\n')}\n`);
}

/** What a holder of a token can ask that costs most, each kind at the limit of what it may. */
function costliest(nowSeconds: number): Readonly<Record<string, () => [path: string, init: RequestInit]>> {
  // Ends later, so that what was imported last is seen at as many steps as it counts for.
  const day = { start: String(nowSeconds - 86_000), end: String(nowSeconds + 300), step: '8' };
  const bomb = gzipSync(Buffer.alloc(15 * MB, '# a comment that means nothing\n'));
  const full = gzipSync(lines(0, 16_000, 'b'));
  let next = 0;
  return {
    'nested label_join': () => [`${PROMQL}/query`, form({ query: nestedJoins() })],
    'a day of everything': () => [`${PROMQL}/query_range`, form({ query: 'soak', ...day })],
    'a day of rates of everything': () => [
      `${PROMQL}/query_range`,
      form({ query: 'sum by (n) (rate(soak[1h]))', ...day, timeout: '2' }),
    ],
    'all series joined with all': () => [`${PROMQL}/query`, form({ query: 'soak * on (n) group_left (long) soak' })],
    'a regular expression over all labels': () => [
      `${PROMQL}/query`,
      form({ query: `soak{long=~"${'(a|v|x)*'.repeat(60)}"}` }),
    ],
    'all labels of all series': () => [
      `${PROMQL}/series`,
      { ...form({}), body: new URLSearchParams({ 'match[]': '{__name__=~".+"}' }) },
    ],
    'all values of a label': () => [`${PROMQL}/label/long/values`, read],
    'a scrape': () => ['/metrics', { headers: { ...asReader, 'accept-encoding': 'gzip' } }],
    'the catalogue': () => ['/performance/metrics', { headers: { ...asReader, accept: 'application/json' } }],
    'an import of 16 MB': () => ['/performance/metrics/import', importing(full, { 'content-encoding': 'gzip' })],
    'an import that unzips to little': () => [
      '/performance/metrics/import',
      importing(bomb, { 'content-encoding': 'gzip' }),
    ],
    'an import of new series': () => [
      '/performance/metrics/import',
      importing(lines(SERIES + 1_000 * (next++ % NEW_IMPORTS), 1_000, 'c')),
    ],
  };
}

/** Refused by name: an answer that says why, and what to do. */
const REFUSALS = new Set([400, 413, 422, 429, 503]);

describe('a service with 512 MB', () => {
  it(`answers or refuses ${AT_ONCE} at once of the costliest requests of each kind, and goes on as before`, async () => {
    const limit = MemoryLimit.create(LIMIT_BYTES);
    if (limit === undefined) process.stdout.write('soak: no control groups here, so only the heap is limited\n');
    const folder = await dataFolder();
    const env = { EMBEDDED_POSTGRES: 'false', RATE_LIMIT_ENABLED: 'false' };
    const service = await ServiceProcess.start(
      limit === undefined ? { ...env, NODE_OPTIONS: '--max-old-space-size=256' } : env,
      folder.path,
      limit?.command,
    );
    try {
      const ask = async (path: string, init: RequestInit) => {
        const begunMs = performance.now();
        // A connection each: one that is kept may be closed by the service at the very moment at which it is used again,
        // which is no answer of its own, and on a busy machine happens now and then.
        const headers = { ...(init.headers as Record<string, string>), connection: 'close' };
        const response = await fetch(service.url + path, { ...init, headers, signal: AbortSignal.timeout(120_000) });
        const { status } = response;
        if (status !== 200) return { status, text: await response.text() };
        try {
          for await (const _ of response.body!); // read to its end, and not kept
        } catch (error) {
          // The time of a query covers the sending of its answer: after that an answer which has begun is cut off.
          if (performance.now() - begunMs < Number(TIMEOUT) * 1_000) throw error;
        }
        return { status, text: '' };
      };
      for (let from = 0; from < SERIES; from += 2_000) {
        const { status } = await ask('/performance/metrics/import', importing(lines(from, 2_000)));
        expect(status).toBe(200);
      }
      let afterFirst = Infinity;
      for (let round = 0; round < ROUNDS; round++) {
        for (const [kind, make] of Object.entries(costliest(Math.floor(Date.now() / 1_000)))) {
          const answers = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => ask(...make())));
          expect([kind, service.ended]).toEqual([kind, undefined]);
          for (const answer of answers) {
            if (answer.status === 'rejected')
              throw new Error(`${kind}: ${String(answer.reason)}`, { cause: answer.reason });
            const { status, text } = answer.value;
            if (status === 200) continue;
            expect([kind, status, REFUSALS.has(status)]).toEqual([kind, status, true]);
            const { code, errorType } = JSON.parse(text) as { readonly code?: string; readonly errorType?: string };
            expect([kind, typeof (code ?? errorType)]).toEqual([kind, 'string']);
          }
        }
        await sleep(1_000);
        expect((await ask('/readyz', {})).status).toBe(200);
        expect((await ask(`${PROMQL}/query?query=1`, read)).status).toBe(200);
        if (round === 0) afterFirst = await heapAfterCollections(service.url);
      }
      // What the first round has grown by is what was imported; the others must not add to it.
      await eventually(
        'the memory is back',
        async () => (await heapAfterCollections(service.url)) < afterFirst * 1.25,
        { timeoutMs: 60_000 },
      );
      if (limit !== undefined) expect(limit.peakBytes).toBeLessThanOrEqual(LIMIT_BYTES);
    } finally {
      await service.kill('SIGKILL');
      limit?.remove();
      await folder.remove();
    }
  }, 600_000);
});

/** The least of the heap in use over some scrapes (bytes): each makes garbage, so that some come after a collection. */
async function heapAfterCollections(url: string): Promise<number> {
  let least = Infinity;
  for (let scrape = 0; scrape < 20; scrape++) {
    const text = await (await fetch(`${url}/metrics`, { headers: asReader })).text();
    const used = text.matchAll(/^v8js_memory_heap_used_bytes(?:\{[^}]*\})? (\S+)$/gm);
    least = Math.min(
      least,
      [...used].reduce((sum, [, bytes]) => sum + Number(bytes), 0),
    );
  }
  return least;
}
