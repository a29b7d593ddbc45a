import { SystemClock } from '../../src/common/clock';
import type { CredentialsFunction } from '../../src/pools/credentials.options';
import { QdrantPool } from '../../src/pools/qdrant/qdrant-pool';
import { RedisPool } from '../../src/pools/redis/redis-pool';
import { eventually } from '../support/eventually';
import { httpPools } from '../support/http-pools';
import { outcome } from '../support/outcome';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';
import { QdrantServer } from '../support/qdrant-server';
import { RedisServer } from '../support/redis-server';

const { makePool, serve, later } = httpPools();

/** A vault: what it gives holds for an hour, unless somebody rotates it before. */
function vault(username: string | undefined, first: string) {
  const state = { password: first, asked: 0, away: false };
  const credentials: CredentialsFunction = () => {
    state.asked++;
    if (state.away) throw new Error('the vault is away');
    return { username, password: state.password, expiresAtMs: Date.now() + 3_600_000 };
  };
  return { state, credentials };
}

const userAndPassword = () => ({ username: 'u', password: 'p' });

describe('credentials from a function', () => {
  it('open connections to PostgreSQL; a rotation costs no caller anything', async () => {
    const server = await PostgresServer.start();
    later(() => server.close());
    await server.query(`CREATE ROLE "rot@ted" LOGIN PASSWORD 'p%41/@:?'`);
    const { state, credentials } = vault('rot@ted', 'p%41/@:?');
    const pool = await postgresPool(server.url, { postgres: { min: 0, max: 8, credentials } });
    later(() => pool.drain(200));
    const asAll = () =>
      Promise.all(Array.from({ length: 8 }, () => pool.query('SELECT session_user AS name, pg_sleep(0.02)')));
    for (const { rows } of await asAll()) expect(rows).toMatchObject([{ name: 'rot@ted' }]);
    expect(state.asked).toBe(1);
    await server.query(`ALTER ROLE "rot@ted" PASSWORD 'next'`);
    state.password = 'next';
    await server.killBackends('performance-gateway');
    await eventually('they are gone', () => pool.stats().idle === 0);
    for (const { rows } of await asAll()) expect(rows).toMatchObject([{ name: 'rot@ted' }]);
    expect(pool.stats()).toMatchObject({ breaker: 'closed', timeouts: 0 });
    expect(state.asked).toBeLessThan(6);
  });

  it('that cannot be had fail the call with the reason, and work when they can', async () => {
    const server = await PostgresServer.start();
    later(() => server.close());
    const { username, password } = new URL(server.url);
    const { state, credentials } = vault(username, password);
    state.away = true;
    const pool = await postgresPool(server.url, { acquireTimeoutMs: 200, postgres: { min: 0, credentials } });
    later(() => pool.drain(200));
    const { error } = await outcome(pool.query('SELECT 1'));
    expect(error?.message).toMatch(/the vault is away/);
    state.away = false;
    await eventually('it works', async () => (await outcome(pool.query('SELECT 1'))).error === undefined);
  });

  it('open every kind of connection to Redis, also after a rotation and while the vault was away', async () => {
    const server = await RedisServer.start('--user', 'app', 'on', '>one', '~*', '&*', '+@all', '--user', 'default', 'on', 'nopass', '~*', '&*', '+@all'); // prettier-ignore
    later(() => server.close());
    const admin = new RedisPool({ url: server.url, ...LIMITS }, new SystemClock());
    later(() => admin.drain(200));
    const { state, credentials } = vault('app', 'one');
    const pool = new RedisPool({ url: server.url, ...LIMITS, credentials }, new SystemClock());
    later(() => pool.drain(200));
    await pool.start();
    const whoami = () => pool.client.acl('WHOAMI');
    expect(await whoami()).toBe('app');
    expect(await pool.use((lease) => lease.acl('WHOAMI'))).toBe('app');
    await pool.subscriber.subscribe('channel');
    await admin.client.acl('SETUSER', 'app', 'resetpass', '>two');
    state.password = 'two';
    await admin.client.call('CLIENT', 'KILL', 'USER', 'app');
    await eventually('it noticed', () => pool.stats().closed.lost >= 1);
    for (let call = 0; call < 10; call++) expect(await whoami()).toBe('app');
    expect(await pool.use((lease) => lease.acl('WHOAMI'))).toBe('app');
    state.away = true;
    await admin.client.acl('SETUSER', 'app', 'resetpass', '>three');
    state.password = 'three';
    await admin.client.call('CLIENT', 'KILL', 'USER', 'app');
    await eventually('it fails', async () => (await outcome(whoami())).error !== undefined);
    state.away = false;
    await eventually('it works', async () => (await outcome(whoami())).value === 'app');
  });

  it('are the authorization of an HTTP upstream, renewed when it is refused', async () => {
    let token = 'one';
    const seen: unknown[] = [];
    const server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(request.headers.authorization === `Bearer ${token}` ? 200 : 401).end();
    });
    const { state, credentials } = vault(undefined, 'one');
    const urls = [server.url];
    const pool = makePool({ upstreams: { a: { urls, credentials }, basic: { urls, credentials: userAndPassword } } });
    for (let call = 0; call < 3; call++) expect(await pool.request('a:/')).toMatchObject({ status: 200 });
    expect(state.asked).toBe(1);
    token = state.password = 'two';
    expect(await pool.request('a:/', { method: 'POST', body: 'x' })).toMatchObject({ status: 200, attempts: 1 });
    token = 'three'; // the vault does not know yet
    expect(await pool.request('a:/')).toMatchObject({ status: 401 });
    await pool.request('basic:/');
    await pool.request('a:/', { headers: { Authorization: 'mine' } });
    expect(seen.slice(-2)).toEqual(['Basic dTpw', 'mine']);
  });

  it('are the key of Qdrant, renewed when it is refused', async () => {
    const server = await QdrantServer.start({ apiKey: 'two' });
    later(() => server.close());
    const { state, credentials } = vault(undefined, 'two');
    const pool = new QdrantPool({ urls: [server.url], ...LIMITS, credentials }, new SystemClock());
    later(() => pool.drain(200));
    expect(await pool.use((client) => client.getCollections())).toEqual({ collections: [] });
    const stale = vault(undefined, 'one');
    const renewing = new QdrantPool(
      { urls: [server.url], ...LIMITS, credentials: stale.credentials },
      new SystemClock(),
    );
    later(() => renewing.drain(200));
    await expect(renewing.use((client) => client.getCollections())).rejects.toMatchObject({ status: 401 });
    stale.state.password = 'two';
    expect(await renewing.use((client) => client.getCollections())).toEqual({ collections: [] });
    expect(state.asked).toBe(1);
  });
});

const LIMITS = { maxConnections: 4, acquireTimeoutMs: 1_000, maxWaiting: 50, commandTimeoutMs: 1_000 };
