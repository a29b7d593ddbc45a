import { setTimeout as sleep } from 'node:timers/promises';
import { fetch, Pool } from 'undici';
import { HttpUpstreamServer } from '../support/http-upstream';
import { PostgresServer } from '../support/postgres-server';
import { RedisServer } from '../support/redis-server';
import { dataFolder, ServiceProcess } from '../support/service-process';
import { asAdmin } from '../support/test-config';
import { growth, median } from '../support/trend';
import { EVERY_REQUEST, type KindOfRequest } from './every-request';

/** `npm run test:faults -- --long`: ten minutes, whose figures are judged; else long enough for every kind to be answered. */
const LONG = process.env.TEST_FAULTS === 'long';
const SECONDS = LONG ? 600 : 20;
const PER_SECOND = 20;
/** Before that the caches of V8, the pools and the series of all routes fill. */
const WARM_UP_SECONDS = 120;
/** As long as V8 takes from one collection of everything to the next. */
const WINDOW_SECONDS = 60;
const MAX_AT_ONCE = 64;
const DEADLINE_MS = 30_000;

/** How much of its middle value a figure may grow by from the end of the warm-up to the end, and the least that counts. */
const FLAT: Readonly<Record<keyof Figures, { readonly share: number; readonly least: number }>> = {
  heapBytes: { share: 0.08, least: 4_000_000 },
  rssBytes: { share: 0.08, least: 16_000_000 },
  handles: { share: 0, least: 4 },
  openFiles: { share: 0, least: 4 },
  series: { share: 0.01, least: 4 },
  connections: { share: 0, least: 3 },
};

interface Figures {
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly handles: number;
  readonly openFiles: number;
  readonly series: number;
  readonly connections: number;
}

/** What the metrics say, without the sockets of the clients: there are more of them when the machine is busy. */
function figuresIn(metrics: string, clientSockets: number): Figures {
  const sum = (name: string, labels = '[^}]*') => {
    const values = metrics.matchAll(new RegExp(`^${name}(?:\\{${labels}\\})? (\\S+)$`, 'gm'));
    return [...values].reduce((total, [, value]) => total + Number(value), 0);
  };
  // The young generation is as large as V8 thinks useful for the garbage there is, 16 to 134 MB by turns: it is no growth.
  const young = (name: string) => sum(name, '[^}]*new_space[^}]*');
  return {
    heapBytes: sum('v8js_memory_heap_used_bytes') - young('v8js_memory_heap_used_bytes'),
    rssBytes: sum('process_resident_memory_bytes') - young('v8js_memory_heap_size_bytes'),
    handles: sum('nodejs_active_resources') - clientSockets,
    openFiles: sum('process_open_fds') - clientSockets,
    series: sum('monitoring_series'),
    connections: sum('db_client_connections'),
  };
}

/** The figures of each window: of the heap the least, which is seen after a collection, of all else the middle one. */
function windowsOf(samples: readonly { readonly atMs: number; readonly figures: Figures }[]): Figures[] {
  const first = samples[0]!.atMs;
  const windows = Object.groupBy(samples, ({ atMs }) => String(Math.floor((atMs - first) / (WINDOW_SECONDS * 1_000))));
  return Object.values(windows).map((window) => {
    const of = (name: keyof Figures) => window!.map(({ figures }) => figures[name]);
    return {
      heapBytes: Math.min(...of('heapBytes')),
      rssBytes: median(of('rssBytes')),
      handles: median(of('handles')),
      openFiles: median(of('openFiles')),
      series: median(of('series')),
      connections: median(of('connections')),
    };
  });
}

/** What grows of these, in words; empty: all is flat. */
function growing(windows: readonly Figures[]): string[] {
  return (Object.keys(FLAT) as (keyof Figures)[]).flatMap((name) => {
    const values = windows.map((window) => window[name]);
    const grown = growth(values);
    const allowed = Math.max(FLAT[name].least, FLAT[name].share * median(values));
    return grown <= allowed ? [] : [`${name} grew by ${Math.round(grown)} of ${Math.round(median(values))}`];
  });
}

async function ask(clients: Pool, url: string, { method, path, body }: KindOfRequest, n: number): Promise<number> {
  const content = body?.(n);
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const response = await fetch(url + path(n), {
    method,
    headers: {
      ...asAdmin,
      ...(content && { 'content-type': typeof content === 'string' ? 'text/plain' : 'application/json' }),
    },
    ...(content && { body: text }),
    signal: AbortSignal.timeout(DEADLINE_MS),
    dispatcher: clients,
  });
  for await (const _ of response.body ?? []); // to its end, and not kept
  return response.status;
}

function report(answered: ReadonlyMap<string, number>, windows: readonly Figures[]): void {
  const total = [...answered.values()].reduce((sum, count) => sum + count, 0);
  const lines = (Object.keys(FLAT) as (keyof Figures)[]).map((name) => {
    const values = windows.map((window) => window[name]);
    return `steady: ${name} ${Math.round(median(values))}, grown by ${Math.round(growth(values))}`;
  });
  process.stdout.write(`${[`steady: ${total} answers`, ...lines].join('\n')}\n`);
}

describe(`a service under every kind of request for ${SECONDS} s`, () => {
  it('the judgement of figures', () => {
    const level = { heapBytes: 1e8, rssBytes: 3e8, handles: 40, openFiles: 60, series: 900, connections: 12 };
    const of = (grown: Partial<Figures>) =>
      Array.from({ length: 24 }, (_, i) => {
        const { heapBytes = 0, handles = 0 } = grown;
        return { ...level, heapBytes: 1e8 + heapBytes * i + (i % 3) * 1e6, handles: 40 + Math.floor(handles * i) };
      });
    expect(growing(of({}))).toEqual([]);
    expect(growing(of({ heapBytes: 1e6 }))).toEqual([expect.stringMatching(/^heapBytes grew/)]);
    expect(growing(of({ handles: 0.25 }))).toEqual([expect.stringMatching(/^handles grew/)]);
  });

  it(
    `answers each as it should${LONG ? ', and takes no more memory, handles, series and connections at the end' : ''}`,
    async () => {
      const [postgres, redis, upstream, folder] = await Promise.all([
        PostgresServer.start(),
        RedisServer.start(),
        HttpUpstreamServer.start((_request, response) => response.end('ok')),
        dataFolder(),
      ]);
      let service: ServiceProcess | undefined;
      let clients: Pool | undefined;
      try {
        service = await ServiceProcess.start(
          {
            POSTGRES_URL: postgres.url,
            REDIS_URL: redis.url,
            HTTP_UPSTREAMS: `upstream=${upstream.url}`,
            RATE_LIMIT_ENABLED: 'false',
            METRICS_SAMPLE_INTERVAL_SECONDS: '5',
          },
          folder.path,
        );
        const { url } = service;
        clients = new Pool(url, { connections: MAX_AT_ONCE + 1 });
        const wrong = new Map<string, number>();
        const answered = new Map<string, number>();
        const samples: { atMs: number; figures: Figures }[] = [];
        const under = new Set<Promise<void>>();
        const begunMs = performance.now();
        const note = (kind: KindOfRequest, outcome: number | string) => {
          if (typeof outcome === 'number' && kind.answers.includes(outcome)) {
            answered.set(kind.name, (answered.get(kind.name) ?? 0) + 1);
          } else {
            const what = `${kind.name}: ${outcome}`;
            wrong.set(what, (wrong.get(what) ?? 0) + 1);
          }
        };
        let [sent, lastLookMs] = [0, -Infinity];
        while (performance.now() - begunMs < SECONDS * 1_000) {
          const nowMs = performance.now();
          if (nowMs - lastLookMs >= 2_000) {
            lastLookMs = nowMs;
            const response = await fetch(`${url}/metrics`, { headers: asAdmin, dispatcher: clients });
            samples.push({ atMs: nowMs, figures: figuresIn(await response.text(), clients.stats.connected) });
          }
          const round = Math.floor(sent / EVERY_REQUEST.length);
          const kind = EVERY_REQUEST[sent++ % EVERY_REQUEST.length]!;
          if (round % (kind.everyRounds ?? 1) !== 0) continue;
          const asked = ask(clients, url, kind, round).then(
            (status) => note(kind, status),
            (error: unknown) => note(kind, String(error)),
          );
          under.add(asked);
          void asked.finally(() => under.delete(asked));
          if (under.size >= MAX_AT_ONCE) await Promise.race(under);
          const dueMs = begunMs + (sent / PER_SECOND) * 1_000;
          // After a pause of the machine it goes on at its rate; nothing is made up for.
          await sleep(Math.min(Math.max(0, dueMs - performance.now()), 1_000 / PER_SECOND));
        }
        await Promise.all(under);
        const windows = LONG ? windowsOf(samples.filter(({ atMs }) => atMs - begunMs > WARM_UP_SECONDS * 1_000)) : [];
        if (LONG) report(answered, windows);
        expect(Object.fromEntries(wrong)).toEqual({});
        expect(EVERY_REQUEST.map(({ name }) => name).filter((name) => !answered.has(name))).toEqual([]);
        expect(service.ended).toBeUndefined();
        if (LONG) expect(growing(windows)).toEqual([]);
      } finally {
        await clients?.destroy();
        await service?.kill('SIGKILL');
        await Promise.all([postgres.close(), redis.close(), upstream.close()]);
        await folder.remove();
      }
    },
    (SECONDS + 120) * 1_000,
  );
});
