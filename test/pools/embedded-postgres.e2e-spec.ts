import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from '../../src/pools/postgres/embedded/embedded-postgres';
import { locatePostgresBinaries } from '../../src/pools/postgres/embedded/postgres-binaries';
import { eventually } from '../support/eventually';
import { freePort } from '../support/free-port';

const log = { log: jest.fn(), warn: jest.fn() };

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', () => {
  let dataDir: string;
  let running: EmbeddedPostgres[] = [];
  const make = (options: Partial<EmbeddedPostgresOptions> = {}) => {
    const server = new EmbeddedPostgres({ dataDir, log, ...options });
    running.push(server);
    return server;
  };

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'embedded-'));
  });
  afterEach(async () => {
    await Promise.all(running.map((server) => server.stop()));
    running = [];
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it('starts once however often it is asked, and again after a stop with what it held', async () => {
    const server = make();
    const [first, second] = await Promise.all([server.start(), server.start()]);
    expect(second).toEqual(first);
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS value');
    await server.stop();
    await server.stop();
    expect(await query((await server.start()).url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
  });

  it('counts statements, so that the load of the database can be seen', async () => {
    const { url } = await make().start();
    await query(url, 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await query(url, 'SELECT 41 + 1');
    expect(await query(url, `SELECT calls::int FROM pg_stat_statements WHERE query = 'SELECT $1 + $2'`)).toEqual([
      { calls: 1 },
    ]);
  });

  it('lets nobody in without the password', async () => {
    const { url } = await make().start();
    await expect(query(url.replace(/:[0-9a-f]+@/, ':wrong@'), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('listens on loopback and nowhere else', async () => {
    const { url } = await make().start();
    expect(await query(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    const outside = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4');
    if (outside === undefined) return; // a machine without a network has no other address to try
    await expect(query(url.replace('127.0.0.1', outside.address), 'SELECT 1')).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('has a process group of its own, so that Ctrl-C reaches us alone', async () => {
    const server = make();
    await server.start();
    const [, , group] = readFileSync(`/proc/${server.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    expect(Number(group)).toBe(server.pid);
  });

  it('comes back on the same port when the server is killed', async () => {
    const server = make();
    const { url } = await server.start();
    const first = server.pid!;
    process.kill(first, 'SIGKILL');
    await eventually('it answers again', () => query(url, 'SELECT 1'));
    await eventually('it is counted', () => server.stats().restarts === 1);
    expect(server.stats().running).toBe(true);
    expect(server.pid).not.toBe(first);
    expect(log.warn).toHaveBeenCalledWith(expect.stringContaining('ended by itself (SIGKILL)'));
  });

  it('is not misled by a pid file that names another process', async () => {
    writeFileSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'), `${process.pid}\n`);
    const { url } = await make().start();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('refuses a second server in the same process', async () => {
    await make().start();
    await expect(make().start()).rejects.toMatchObject({ code: 'POSTGRES_EMBEDDED_IN_USE', ownerPid: process.pid });
  });

  it('names the port that is taken, and takes another when it may choose', async () => {
    const port = await freePort();
    const occupant = createServer().listen(port, '127.0.0.1');
    await expect(make({ port }).start()).rejects.toMatchObject({
      code: 'POSTGRES_EMBEDDED_START_FAILED',
      output: expect.stringContaining(String(port)),
    });
    occupant.close();
    expect(await query((await make().start()).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('quotes what the server said when it does not start', async () => {
    await expect(make({ settings: { shared_buffers: 'nonsense' } }).start()).rejects.toMatchObject({
      code: 'POSTGRES_EMBEDDED_START_FAILED',
      message: expect.stringContaining('shared_buffers'),
    });
  });

  it('refuses data of another major version instead of touching it', async () => {
    const version = join(dataDir, 'postgres', 'data', 'PG_VERSION');
    const own = readFileSync(version, 'utf8');
    writeFileSync(version, '12\n');
    await expect(make().start()).rejects.toThrow(/made by PostgreSQL 12/);
    writeFileSync(version, own);
  });

  it('says what to set on a platform without binaries', () => {
    expect(() => locatePostgresBinaries('plan9-mips')).toThrow(/plan9-mips.*{ postgres: { url } }/);
  });
});
