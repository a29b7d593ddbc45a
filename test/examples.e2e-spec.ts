import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { eventually } from './support/eventually';
import { freePort } from './support/free-port';
import { copyOfCheckout, removed, run } from './support/packed-package';

const EXAMPLES = ['hello', 'fastify', 'esm', 'shop'] as const;
type Example = (typeof EXAMPLES)[number];
const TOKEN = 'Bearer of the test';

const json = async (url: string, init?: RequestInit) => {
  const response = await fetch(url, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

/** The examples as they lie in a checkout: `npm install && npm start`, in a copy of it, and nothing else. */
describe('the examples', () => {
  let checkout: string;
  const started = new Map<Example, Promise<Started>>();
  interface Started {
    readonly npm: ChildProcess;
    readonly url: string;
    readonly log: () => string;
  }

  beforeAll(async () => {
    checkout = await copyOfCheckout();
    await run('npm', ['run', 'prepare'], { cwd: join(checkout, 'package') });
    // What an example does not declare it must not find above it.
    await unlink(join(checkout, 'node_modules'));
    for (const name of EXAMPLES) started.set(name, install(name));
    await Promise.allSettled(started.values());
  }, 600_000);

  afterAll(async () => {
    for (const each of await Promise.allSettled(started.values())) {
      if (each.status === 'rejected') continue;
      const { npm } = each.value;
      if (npm.exitCode !== null) continue;
      process.kill(-npm.pid!, 'SIGTERM');
      await once(npm, 'exit');
    }
    await removed(checkout);
  }, 60_000);

  async function install(name: Example): Promise<Started> {
    const cwd = join(checkout, 'examples', name);
    await run('npm', ['install', '--prefer-offline'], { cwd });
    const port = await freePort();
    const env = { ...process.env, PORT: String(port), ADMIN_TOKEN: TOKEN.slice('Bearer '.length), NO_COLOR: '1' };
    const npm = spawn('npm', ['start'], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (text: Buffer) => (log += text.toString()));
    const url = `http://127.0.0.1:${port}`;
    await eventually(
      `${name} answers`,
      async () => {
        if (npm.exitCode !== null) throw new Error(`${name} ended:\n${log}`);
        return (await fetch(`${url}/products/1`).catch(() => undefined))?.ok === true;
      },
      { timeoutMs: 240_000 },
    );
    return { npm, url, log: () => log };
  }

  it.each(['hello', 'fastify', 'esm'] as const)(
    '%s reads through its cache until that is invalidated, and its routes are closed to changes',
    async (name) => {
      const { url, log } = await started.get(name)!;
      const first = await json(`${url}/products/7`);
      expect(first.body).toMatchObject({ id: 7, name: 'product 7' });
      expect(await json(`${url}/products/7`)).toEqual(first);
      await fetch(`${url}/products/changed`, { method: 'POST' });
      expect((await json(`${url}/products/7`)).body.readAt).not.toBe(first.body.readAt);

      const overview = await json(`${url}/performance`);
      expect(overview.body).toMatchObject({ name, status: 'ok' });
      for (const [link, path] of Object.entries(overview.body.links as Record<string, string>))
        expect([link, (await fetch(url + path)).status]).toEqual([link, link === 'prometheus' ? 400 : 200]);
      const headers = { 'content-type': 'application/json' };
      const change = await json(`${url}/performance/pools/http`, { method: 'PATCH', headers, body: '{"max":5}' });
      expect([change.status, change.body.code]).toEqual([403, 'ACCESS_CLOSED']);
      expect(log()).toContain('closed: reads from this machine only');
    },
    60_000,
  );

  it('shop has TypeORM, transactions, a warmer, metrics, rules and a guard working together', async () => {
    const { url, log } = await started.get('shop')!;
    const body = new URLSearchParams({ product: '1', pieces: '2' });
    expect((await json(`${url}/products/1`)).body).toMatchObject({ id: 1, stock: 10 });
    expect((await json(`${url}/orders`, { method: 'POST', body })).status).toBe(201);
    expect((await json(`${url}/products/1`)).body).toMatchObject({ stock: 8 });
    const tooMany = new URLSearchParams({ product: '1', pieces: '9' });
    expect((await json(`${url}/orders`, { method: 'POST', body: tooMany })).status).toBe(409);
    expect((await json(`${url}/products/1`)).body).toMatchObject({ stock: 8 });

    expect((await fetch(`${url}/metrics`)).status).toBe(403);
    const headers = { authorization: TOKEN };
    const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
    expect(metrics).toMatch(/^shop_orders_total\{outcome="taken"\} 1$/m);
    expect(metrics).toMatch(/^shop_order_seconds_count\{.*result="error"\} 1$/m);
    const rules = await (await fetch(`${url}/performance/alerts/rules`, { headers })).text();
    expect(rules).toContain('OrdersRefused');
    const warmers = await json(`${url}/performance/cache`, { headers });
    expect(JSON.stringify(warmers.body)).toContain('best-sellers');
    const page = await fetch(`${url}/performance/dashboard`, { headers: { accept: 'text/html' } });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>shop</title>')]);
    const api = await json(`${url}/docs-json`);
    expect(Object.keys(api.body.paths as object)).toEqual(expect.arrayContaining(['/orders', '/performance/pools']));
    expect(log().match(/guarded by AdminGuard/g)).toHaveLength(1);
    expect(log()).not.toMatch(/ERROR|could not/);
  }, 60_000);
});

describe('package/package.json', () => {
  it('is made of package.json by docs:generate', async () => {
    const root = resolve(__dirname, '..');
    const print = `import('./scripts/published-package.mjs').then((made) => console.log(JSON.stringify(made.checkoutManifest())))`;
    const made = JSON.parse(await run(process.execPath, ['-e', print], { cwd: root })) as unknown;
    expect(JSON.parse(readFileSync(join(root, 'package/package.json'), 'utf8'))).toEqual(made);
  });
});
