import { RedisServer } from '../support/redis-server';
import { CacheProcess } from './cache-process';

/** On a busy machine ten times as long may pass; without an end of the lease it would be for ever. */
const LEASE_MS = 600;

describe('two processes over one Redis', () => {
  let server: RedisServer;
  let one: CacheProcess;
  let two: CacheProcess;
  beforeAll(async () => {
    server = await RedisServer.start();
    const options = { lockLeaseMs: LEASE_MS };
    [one, two] = await Promise.all([CacheProcess.start(server.url, options), CacheProcess.start(server.url, options)]);
  }, 30_000);
  afterAll(async () => {
    await one?.kill();
    await two?.kill();
    await server.close();
  });

  it('load a key once between them, for any number of callers', async () => {
    const task = { key: 'stampede', loadMs: 200, callers: 100 };
    const answers = await Promise.all([one.run('getOrSet', task), two.run('getOrSet', task)]);
    expect(answers[0].value).toBe(answers[1].value);
    expect(answers[0].loads! + answers[1].loads!).toBe(1);
  });

  it('let a delete in one win over a load under way in the other', async () => {
    const loading = one.loading('fenced');
    const call = one.run('getOrSet', { key: 'fenced', loadMs: 200 });
    await loading;
    await two.run('delete', { key: 'fenced' });
    expect((await call).value).toBeUndefined();
    expect((await two.run('get', { key: 'fenced' })).value).toBeUndefined();
  });

  it('wait no longer than the lease for a process that died while loading', async () => {
    const doomed = await CacheProcess.start(server.url, { lockLeaseMs: LEASE_MS });
    const loading = doomed.loading('orphan');
    void doomed.run('getOrSet', { key: 'orphan', loadMs: 60_000 });
    await loading;
    const started = performance.now();
    const call = one.run('getOrSet', { key: 'orphan', loadMs: 1 });
    await doomed.kill();
    expect((await call).value).toEqual(expect.any(Number));
    expect(performance.now() - started).toBeLessThan(LEASE_MS * 10);
  });

  it('wait no longer than the lease for a process that is frozen while loading, which then stores nothing old', async () => {
    const loading = one.loading('frozen');
    const call = one.run('getOrSet', { key: 'frozen', loadMs: 1_000 });
    await loading;
    one.freeze();
    const started = performance.now();
    const other = await two.run('getOrSet', { key: 'frozen', loadMs: 1 });
    expect(performance.now() - started).toBeLessThan(LEASE_MS * 10);
    await two.run('delete', { key: 'frozen' });
    one.thaw();
    expect(other.value).toEqual(expect.any(Number));
    expect((await call).value).toBeUndefined();
    expect((await one.run('get', { key: 'frozen' })).value).toBeUndefined();
    expect((await two.run('get', { key: 'frozen' })).value).toBeUndefined();
  });
});
