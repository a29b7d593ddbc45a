import { setTimeout as sleep } from 'node:timers/promises';
import { atOnce } from '../support/at-once';
import { eventually } from '../support/eventually';
import { freePort } from '../support/free-port';
import { echo, never, slowly, status } from '../support/http-answers';
import { httpPools } from '../support/http-pools';
import type { Answer } from '../support/http-upstream';
import { outcome } from '../support/outcome';

const { makePool, serve } = httpPools();

describe('an HTTP upstream that fails', () => {
  it('is asked again where that is safe, and not where it is not', async () => {
    let asked = 0;
    const server = await serve((request, response) => {
      if (++asked % 2 === 1) request.socket.destroy();
      else response.end('ok');
    });
    const pool = makePool();
    expect(await pool.request(server.url)).toMatchObject({ status: 200, attempts: 2 });
    asked = 0;
    await expect(pool.request(server.url, { method: 'POST', body: 'x' })).rejects.toMatchObject({
      code: 'HTTP_EXCHANGE_FAILED',
    });
    asked = 0;
    expect(await pool.request(server.url, { method: 'POST', body: 'x', retry: true })).toMatchObject({ attempts: 2 });
    asked = 0;
    await expect(pool.request(server.url, { retry: false })).rejects.toMatchObject({ code: 'HTTP_EXCHANGE_FAILED' });
    expect(pool.stats().retries).toBe(2);
  });

  it('gets its 503 through to the caller, a POST after one attempt, a GET after honouring Retry-After', async () => {
    const server = await serve(status(503, { 'retry-after': '1' }));
    const pool = makePool();
    expect(await pool.request(server.url, { method: 'POST' })).toMatchObject({ status: 503, attempts: 1 });
    const { value, ms } = await outcome(pool.request(server.url, { totalTimeoutMs: 1_500 }));
    expect(value).toMatchObject({ status: 503, attempts: 2 });
    expect(ms).toBeGreaterThan(990);
    expect(server.requests).toBe(3);
  });

  it('is not stormed: retries stay within the budget', async () => {
    const server = await serve((request) => request.socket.destroy());
    const pool = makePool();
    await Promise.all(Array.from({ length: 100 }, () => outcome(pool.request(server.url, { totalTimeoutMs: 2_000 }))));
    expect(pool.stats().retries).toBeLessThanOrEqual(20);
    expect(server.requests).toBeLessThanOrEqual(120);
  });

  it('opens its breaker on 5xx and failed connects, not on 4xx or the caller giving up', async () => {
    let code = 404;
    const server = await serve((_request, response) => void response.writeHead(code).end());
    const pool = makePool({ upstreams: { a: [server.url] } });
    await pool.start();
    for (let i = 0; i < 20; i++) await pool.request('a:/');
    expect(pool.stats().breaker).toBe('closed');
    code = 500;
    for (let i = 0; i < 20; i++) await outcome(pool.request('a:/'));
    expect(pool.stats().endpoints[0]).toMatchObject({
      breaker: 'open',
      errors: 20,
      refusedRoutes: ['GET /'],
      health: { state: 'degraded', lastError: { message: expect.stringMatching(/GET \/ .*status 500/) as string } },
    });
    const refused = await atOnce(pool.request('a:/', { retry: false }));
    expect(refused).toMatchObject({ code: 'POOL_BREAKER_OPEN' });
    code = 200;
    await eventually('it is asked again', () => outcome(pool.request('a:/')).then(({ value }) => value !== undefined));
    expect(pool.stats().breaker).toBe('closed');
  });

  it('whose one route fails answers all others, and that one in part', async () => {
    const server = await serve((request, response) => {
      response.writeHead(request.url!.startsWith('/broken') && request.method === 'GET' ? 500 : 200).end();
    });
    const pool = makePool({ upstreams: { a: [server.url] } });
    const codes: string[] = [];
    for (let i = 0; i < 200; i++) {
      const broken = await outcome(pool.request(`a:/broken/${i}`, { retry: false }));
      codes.push(broken.code ?? 'sent');
      expect(await pool.request('a:/healthy', { retry: false })).toMatchObject({ status: 200, attempts: 1 });
      expect(await pool.request('a:/broken', { method: 'POST', retry: false })).toMatchObject({ status: 200 });
    }
    expect(codes.slice(0, 20)).not.toContain('POOL_BREAKER_OPEN');
    expect(codes.filter((code) => code === 'sent').length).toBeGreaterThanOrEqual(20 + 18);
    expect(codes.filter((code) => code === 'POOL_BREAKER_OPEN').length).toBeGreaterThan(20);
    expect(pool.stats().endpoints[0]).toMatchObject({ refusedRoutes: ['GET /broken'], breaker: 'closed' });
  });

  it('is judged by numbers of its own, or not at all', async () => {
    const server = await serve(status(500));
    const urls = [server.url];
    const pool = makePool({
      breaker: { minRequests: 2, minOpenMs: 10_000, openShare: 0, route: () => 'one' },
      upstreams: {
        strict: { urls },
        patient: { urls, breaker: { minRequests: 1_000 } },
        off: { urls, breaker: false },
      },
    });
    const codesOf = async (name: string) => {
      const codes: unknown[] = [];
      for (let i = 0; i < 30; i++) codes.push((await outcome(pool.request(`${name}:/${i}`, { retry: false }))).code);
      return codes.filter((code) => code === 'POOL_BREAKER_OPEN').length;
    };
    expect(await codesOf('strict')).toBe(28);
    expect(await codesOf('patient')).toBe(0);
    expect(await codesOf('off')).toBe(0);
    expect(await codesOf('off')).toBe(0);
  });

  it('is not judged by the short deadline, the abort or the mistake of one caller', async () => {
    let answer: Answer = never;
    const server = await serve((request, response) => answer(request, response));
    const pool = makePool();
    const short = Array.from({ length: 10 }, () => outcome(pool.request(server.url, { totalTimeoutMs: 50 })));
    for (const { code } of await Promise.all(short)) expect(code).toBe('HTTP_TIMEOUT');
    const aborted = Array.from({ length: 10 }, () =>
      outcome(pool.request(server.url, { signal: AbortSignal.timeout(50) })),
    );
    for (const { error } of await Promise.all(aborted)) expect(error?.name).toBe('TimeoutError');
    for (let i = 0; i < 10; i++) {
      const wrong = { method: 'POST', body: 'four', headers: { 'content-length': '5' } } as const;
      expect(await outcome(pool.request(server.url, wrong))).toMatchObject({ code: 'HTTP_REQUEST_INVALID' });
    }
    answer = status(200);
    for (let i = 0; i < 5; i++) expect(await pool.request(server.url)).toMatchObject({ status: 200, attempts: 1 });
    expect(pool.stats().rejected.breaker_open).toBe(0);
  });

  it('that hangs or is aborted as the probe of a breaker frees the slot', async () => {
    let answer: Answer = status(500);
    const server = await serve((request, response) => answer(request, response));
    const pool = makePool({ breaker: { openShare: 0, minRequests: 5 } });
    for (let i = 0; i < 5; i++) await pool.request(server.url);
    answer = never;
    const controller = new AbortController();
    const probe = await eventually('a probe gets through', async () => {
      const before = server.requests;
      const pending = outcome(pool.request(server.url, { signal: controller.signal, retry: false }));
      await sleep(10);
      return server.requests > before ? { pending } : undefined;
    });
    expect(await outcome(pool.request(server.url, { retry: false }))).toMatchObject({ code: 'POOL_BREAKER_OPEN' });
    controller.abort(new Error('enough'));
    expect((await probe.pending).error!.message).toBe('enough');
    answer = status(200);
    expect(await pool.request(server.url)).toMatchObject({ status: 200 });
  });

  it('is told apart: up, degraded, down, and up again without traffic', async () => {
    const port = await freePort();
    const healthy = await serve(echo);
    const pool = makePool({ upstreams: { a: [healthy.url, `http://127.0.0.1:${port}`] } });
    await pool.start();
    expect(pool.state).toBe('degraded');
    expect(pool.stats().endpoints.map(({ health }) => health.state)).toEqual(['up', 'down']);
    await serve(echo, port);
    await eventually('both are up', () => pool.state === 'up');
    expect(makePool().state).toBe('not_configured');
  });
});

describe('an HTTP upstream of several servers', () => {
  it('is asked where it is well: failing, dead and slow ones get next to nothing', async () => {
    const good = [await serve(echo), await serve(echo)];
    const slow = await serve(slowly(300));
    const failing = await serve(status(503));
    const dead = `http://127.0.0.1:${await freePort()}`;
    const pool = makePool({ upstreams: { a: [...good.map(({ url }) => url), slow.url, failing.url, dead] } });
    let bad = 0;
    const lanes = Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 250; i++) {
        const { value } = await outcome(pool.request('a:/'));
        if ((value as { status?: number } | undefined)?.status !== 200) bad++;
      }
    });
    await Promise.all(lanes);
    expect(bad).toBeLessThanOrEqual(20);
    expect(slow.requests).toBeLessThan(100);
    expect(failing.requests).toBeLessThan(100);
    const shares = good.map(({ requests }) => requests);
    expect(Math.min(...shares)).toBeGreaterThan(400);
  });

  it('is still tried when all of them fail, and comes back when one does', async () => {
    let code = 500;
    const servers = await Promise.all(
      [1, 2].map(() => serve((_request, response) => void response.writeHead(code).end())),
    );
    const pool = makePool({ upstreams: { a: servers.map(({ url }) => url) } });
    for (let i = 0; i < 40; i++) expect(await pool.request('a:/')).toMatchObject({ status: 500 });
    code = 200;
    expect(await pool.request('a:/')).toMatchObject({ status: 200 });
  });
});
