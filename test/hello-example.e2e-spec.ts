import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from './support/eventually';
import { freePort } from './support/free-port';
import { packInto, run } from './support/packed-package';
import { PostgresServer } from './support/postgres-server';

const root = resolve(__dirname, '..');

/** The example as another application has it: installed from the packed package, compiled and started on its own. */
describe('an application that uses the rooms', () => {
  let folder: string;
  let postgres: PostgresServer;
  let hello: ChildProcess;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hello-'));
    await cp(join(root, 'examples/hello'), folder, { recursive: true });
    const archive = await packInto(folder);
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', archive], { cwd: folder });
    await run('npm', ['run', 'build'], { cwd: folder });

    postgres = await PostgresServer.start();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    hello = spawn(process.execPath, ['dist/main.js'], {
      cwd: folder,
      env: { ...process.env, PORT: String(port), POSTGRES_URL: postgres.url, REDIS_URL: '' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await eventually('hello answers', async () => (await fetch(`${url}/products/1`)).ok, { timeoutMs: 30_000 });
  }, 240_000);

  afterAll(async () => {
    if (hello?.exitCode === null) {
      hello.kill('SIGTERM');
      await once(hello, 'exit');
    }
    await postgres?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const product = async (id: number) => (await (await fetch(`${url}/products/${id}`)).json()) as { readAt: string };

  it('reads through its cache, until the entry is invalidated', async () => {
    const first = await product(7);
    expect(await product(7)).toEqual(first);
    await fetch(`${url}/products/changed`, { method: 'POST' });
    expect((await product(7)).readAt).not.toBe(first.readAt);
  });

  it('has the endpoints of the rooms it imported', async () => {
    const pools = (await (await fetch(`${url}/performance/pools`)).json()) as { name: string; state: string }[];
    expect(pools).toContainEqual(expect.objectContaining({ name: 'postgres', state: 'up' }));
    const dashboard = (await (await fetch(`${url}/performance/dashboard`)).json()) as { cache: { hits: number }[] };
    expect(dashboard.cache.some(({ hits }) => hits > 0)).toBe(true);
  });

  it('is called by its own name, and links only to what it has', async () => {
    const overview = (await (await fetch(`${url}/performance`)).json()) as { name: string; links: object };
    expect(overview.name).toBe('hello');
    for (const [name, path] of Object.entries(overview.links)) {
      expect([name, (await fetch(url + path)).status]).toEqual([name, name === 'prometheus' ? 400 : 200]);
    }
  });

  it('checks what those endpoints are asked, as the service does', async () => {
    const response = await fetch(`${url}/performance/cache/entries?limit=many`);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  it('takes no changes as long as it has no guard', async () => {
    const response = await fetch(`${url}/performance/pools/postgres`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: '{"max":5}',
    });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([403, 'ACCESS_CLOSED']);
  });
});
