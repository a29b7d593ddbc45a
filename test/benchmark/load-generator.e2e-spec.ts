import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { PlannedRequest } from '../../src/benchmark/load/load-plan';
import { freePort } from '../support/free-port';
import { load, plan, QueueServer } from '../support/load-from-tests';

/** A server of this process: what it answers is what matters, not how soon. */
async function answering(answer: Parameters<typeof createServer>[1]) {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A program of Node that may use the first processor only. */
const pinned = (...args: string[]) => spawn('taskset', ['-c', '0', process.execPath, ...args]);

describe('the load generator', () => {
  it('sees a stall in every request that it kept waiting, which callers who wait for their answer do not', async () => {
    await using server = await QueueServer.start({ kind: 'stall', everyMs: 1_000, stallMs: 500 });
    const open = await load(plan(server.origin, { durationMs: 4_000 }));
    const closed = await load(plan(server.origin, { durationMs: 4_000, arrivals: { kind: 'closed', callers: 1 } }));
    // Half of the time the server stalls; of that, nine tenths of the requests wait for 50 ms and more.
    expect(open.sent).toBe(400);
    expect(1 - open.times.shareUpTo(50)).toBeGreaterThan(0.4);
    expect(1 - closed.times.shareUpTo(50)).toBeLessThan(0.2);
    expect(open.times.maxMs).toBeGreaterThan(400);
  });

  it('sends exactly what was planned, at constant and at random moments, in the mix that was asked for', async () => {
    const paths: Record<string, number> = {};
    using server = await answering((request, response) => {
      const key = `${request.method} ${request.url} ${request.headers['x-kind'] ?? ''}`;
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        paths[key + body] = (paths[key + body] ?? 0) + 1;
        response.end('x'.repeat(1_000));
      });
    });
    const requests: PlannedRequest[] = [
      { method: 'GET', path: '/a?b=c', headers: { 'x-kind': 'read' }, weight: 3 },
      { method: 'POST', path: '/a', headers: {}, body: '{"a":1}', weight: 1 },
    ];
    const arrivals = { kind: 'poisson', perSecond: 400, seed: 5 } as const;
    const figures = await load(plan(server.origin, { requests, arrivals, connections: 1, durationMs: 2_000 }));
    // One connection was warmed by one request.
    expect(Object.values(paths).reduce((sum, count) => sum + count, 0)).toBe(figures.sent + 1);
    expect(Object.keys(paths).toSorted()).toEqual(['GET /a?b=c read', 'POST /a {"a":1}']);
    expect(paths['GET /a?b=c read']! / figures.sent).toBeCloseTo(0.75, 1);
    expect(Math.abs(figures.sent / 800 - 1)).toBeLessThan(0.15); // as this seed has it
    expect(figures).toMatchObject({ statuses: { 200: figures.sent }, failures: {}, bytes: figures.sent * 1_000 });
  });

  it('counts what fails, with the time it took', async () => {
    let asked = 0;
    using server = await answering((request, response) => {
      if (++asked % 4 === 0) response.writeHead(503).end();
      else if (asked % 4 === 1) request.socket.destroy();
      else if (asked % 4 === 2) response.end();
    });
    const figures = await load(plan(server.origin, { durationMs: 2_000, timeoutMs: 1_500 }));
    const { statuses, failures, sent, times } = figures;
    expect(Object.keys(statuses)).toEqual(['200', '503']);
    expect(Object.keys(failures)).toEqual(expect.arrayContaining(['timeout', 'UND_ERR_SOCKET']));
    expect([...Object.values(statuses), ...Object.values(failures)].reduce((a, b) => a + b)).toBe(sent);
    expect(times.maxMs).toBeGreaterThanOrEqual(1_499);

    const nobody = await load(plan(`http://127.0.0.1:${await freePort()}`));
    expect(nobody).toMatchObject({ sent: 100, statuses: {}, failures: { ECONNREFUSED: 100 } });
  });

  it('offers no more than it may have open at once, and gives up what waits once its time is over', async () => {
    let open = 0;
    let most = 0;
    let answerMs = 50;
    using server = await answering((_, response) => {
      most = Math.max(most, ++open);
      response.on('close', () => open--);
      setTimeout(() => response.end(), answerMs);
    });
    expect(await load(plan(server.origin, { connections: 2 }))).toMatchObject({ statuses: { 200: 100 } });
    expect(most).toBe(2);
    answerMs = 300;
    const figures = await load(plan(server.origin, { connections: 2, durationMs: 2_000, timeoutMs: 1_000 }));
    expect(figures.failures.timeout).toBeGreaterThan(100);
    expect((figures.statuses[200] ?? 0) + figures.failures.timeout!).toBe(200);
  });

  it('ends at once when it is told to', async () => {
    await using server = await QueueServer.start({ kind: 'queue', service: 'constant', meanMs: 1 });
    const abort = new AbortController();
    const loading = load(plan(server.origin, { durationMs: 60_000 }), abort.signal);
    setTimeout(() => abort.abort(new Error('enough')), 500);
    await expect(loading).rejects.toThrow('enough');
    await expect(load(plan(server.origin), abort.signal)).rejects.toThrow('enough');
  });

  it('says that it was late itself, pinned to a processor that others keep busy', async () => {
    await using server = await QueueServer.start({ kind: 'queue', service: 'constant', meanMs: 0 });
    const busy = Array.from({ length: 4 }, () => pinned('-e', 'for (;;);'));
    try {
      const support = join(__dirname, '../support');
      const alone = pinned(join(support, 'run-typescript.mjs'), join(support, 'load-alone.ts'), server.origin);
      const said = await text(alone.stdout);
      expect(JSON.parse(said)).toEqual({ sent: 300, invalid: expect.stringMatching(/^invalid: generator late by /) });
    } finally {
      for (const process of busy) process.kill('SIGKILL');
    }
  });
});
