import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';

describe('a PostgreSQL behind a socket, as Cloud SQL offers it', () => {
  let folder: string;
  let server: PostgresServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sock-'));
    await chmod(folder, 0o777); // the server may run under another account
    server = await PostgresServer.start({ unix_socket_directories: folder });
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is reached by the URLs that name the folder of its socket', async () => {
    const { username, password, port, pathname } = new URL(server.url);
    const urls = [
      `postgres://${username}:${password}@${pathname}?host=${folder}&port=${port}`,
      `postgres://${username}:${password}@localhost${pathname}?port=${port}&host=${encodeURIComponent(folder)}`,
      `postgres://${username}:${password}@${encodeURIComponent(folder)}:${port}${pathname}`,
    ];
    for (const url of urls) {
      const pool = await postgresPool(url, { postgres: { max: 1, probeIntervalMs: 20, probeTimeoutMs: 2_000 } });
      const { rows } = await pool.query('SELECT inet_client_addr() AS address');
      expect(rows).toEqual([{ address: null }]);
      const lease = await pool.acquire();
      await new Promise((resolve) => setTimeout(resolve, 100)); // probes greet the server
      expect(pool.stats()).toMatchObject({ health: { state: 'up' }, errors: 0, endpoints: [{ name: folder }] });
      lease.release();
      await pool.drain(500);
    }
  });
});
