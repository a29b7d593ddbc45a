import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedCheckout } from '../support/embedded-checkout';
import { eventually } from '../support/eventually';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

async function query<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}
const isAlive = (pid: number) => existsSync(`/proc/${pid}/exe`);

interface Place {
  readonly who: string;
  readonly mode: number;
  readonly uid?: number;
}
const places: readonly Place[] = isRoot
  ? [
      { who: 'root, in a folder everybody may enter', mode: 0o755 },
      { who: 'root, everything below a folder closed to others', mode: 0o700 },
      { who: 'a normal user', mode: 0o755, uid: NOBODY },
    ]
  : [{ who: 'the current user (the cases of root need root)', mode: 0o700 }];

describe.each(places)('the embedded PostgreSQL as $who', ({ mode, uid }) => {
  let checkout: EmbeddedCheckout;
  beforeAll(async () => {
    checkout = await EmbeddedCheckout.make({ mode, ...(uid === undefined ? {} : { owner: uid }) });
  }, 60_000);
  afterAll(() => checkout.remove(), 30_000);

  it('survives kill -9 of its process: the orphan is stopped, what was committed is there', async () => {
    const first = checkout.host({ uid });
    const before = await first.answer;
    expect(before).toMatchObject({ url: expect.any(String) });
    await query(before.url!, 'CREATE TABLE kept (value int)');
    await query(before.url!, 'INSERT INTO kept VALUES (42)');
    await first.kill('SIGKILL');
    expect(isAlive(before.postgresPid!)).toBe(true); // or the test would prove nothing

    const second = checkout.host({ uid });
    const after = await second.answer;
    expect(await query(after.url!, 'SELECT value FROM kept')).toEqual([{ value: 42 }]);
    expect(second.log.join('\n')).toContain(`Stopped PostgreSQL ${before.postgresPid}`);
    expect(isAlive(before.postgresPid!)).toBe(false);

    await second.kill('SIGTERM');
    expect(isAlive(after.postgresPid!)).toBe(false);
  }, 60_000);

  it('recovers when the server was killed together with its process', async () => {
    const first = checkout.host({ uid });
    const { url, postgresPid } = await first.answer;
    await query(url!, 'INSERT INTO kept VALUES (43)');
    process.kill(postgresPid!, 'SIGKILL');
    await first.kill('SIGKILL');

    const second = checkout.host({ uid });
    const after = await second.answer;
    expect(await query(after.url!, 'SELECT value FROM kept ORDER BY value')).toEqual([{ value: 42 }, { value: 43 }]);
    await second.kill('SIGTERM');
  }, 60_000);

  it('refuses a second process on the same folder, also by another name, and names the first', async () => {
    const first = checkout.host({ uid });
    const { url } = await first.answer;
    const second = checkout.host({ uid, dataDir: await checkout.alias() });
    const refused = await second.answer;
    expect(refused.code).toBe('POSTGRES_EMBEDDED_IN_USE');
    expect(refused.message).toContain(`process ${first.pid}`);
    expect(refused.message).toContain('{ postgres: { embeddedDataDir } }');
    expect(await query(url!, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await first.kill('SIGTERM');
  }, 60_000);

  it('starts once when two processes race for a new folder', async () => {
    const hosts = [
      checkout.host({ uid, dataDir: `${checkout.dataDir}/race` }),
      checkout.host({ uid, dataDir: `${checkout.dataDir}/race` }),
    ];
    const answers = await Promise.all(hosts.map((host) => host.answer));
    expect(answers.map(({ code }) => code ?? 'started').toSorted()).toEqual(['POSTGRES_EMBEDDED_IN_USE', 'started']);
    await Promise.all(hosts.map((host) => host.kill('SIGTERM')));
    await eventually('both are gone', () => answers.every(({ postgresPid }) => !postgresPid || !isAlive(postgresPid)));
  }, 60_000);

  it('locks a folder for exactly one of two processes that ask in the same instant, every time', async () => {
    const racers = [checkout.lockRacer(), checkout.lockRacer()];
    for (let round = 0; round < 100; round++) {
      const folder = join(checkout.folder, `contested-${round}`);
      await mkdir(folder);
      const atMs = Date.now() + 3;
      const got = await Promise.all(racers.map((racer) => racer.acquire(folder, atMs)));
      expect(got.toSorted()).toEqual([false, true]);
      await Promise.all(racers.map((racer) => racer.release()));
    }
  }, 60_000);
});
