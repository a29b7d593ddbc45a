import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SystemClock } from '../../src/common/clock';
import { resolveOptions } from '../../src/common/settings/resolve-options';
import { POOLS_SETTINGS } from '../../src/pools/pools-settings';
import { qdrantPools } from '../../src/pools/qdrant/qdrant-provider';
import { testConfig } from '../support/test-config';
import { Certificates } from '../support/certificates';
import { eventually } from '../support/eventually';
import { echo } from '../support/http-answers';
import { httpPools } from '../support/http-pools';
import { noUnhandledRejections } from '../support/no-unhandled-rejections';
import { QdrantServer } from '../support/qdrant-server';
import { SilentServer } from '../support/silent-server';
import { Tinyproxy } from '../support/tinyproxy';

const { serve, makePool, later } = httpPools();

describe('requests through a proxy', () => {
  noUnhandledRejections();
  let proxy: Tinyproxy;
  let guarded: Tinyproxy;
  let certificates: Certificates;
  beforeAll(async () => {
    [proxy, guarded] = await Promise.all([Tinyproxy.start(), Tinyproxy.start('BasicAuth user pa.ss')]);
    certificates = new Certificates();
  });
  afterAll(async () => {
    certificates.remove();
    await Promise.all([proxy.close(), guarded.close()]);
  });

  async function serveTls(): Promise<string> {
    const { certFile, keyFile } = certificates.signed('localhost');
    const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, echo);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    later(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    return `https://localhost:${(server.address() as AddressInfo).port}`;
  }

  it('to servers without TLS are forwarded', async () => {
    const { url } = await serve(echo);
    const pool = makePool({ proxy: { http: proxy.url }, upstreams: { one: [`${url}/base`] } });
    for (let time = 0; time < 3; time++) {
      const response = await pool.request('one:/path?q=1', { method: 'POST', body: 'hello' });
      expect(response.json()).toEqual({ method: 'POST', url: '/base/path?q=1', body: 'hello' });
      await eventually('this proxy has closed the connection', () => pool.stats().idle === 0);
    }
    expect(await text((await pool.stream(`${url}/stream`)).body)).toContain('/stream');
    expect((await proxy.requests()).at(-1)).toBe(`GET ${url}/stream HTTP/1.1`);
    await pool.start();
    expect(pool.stats().endpoints[0]).toMatchObject({ name: `${url}/base`, errors: 0, health: { state: 'up' } });
  });

  it('use the connections to a proxy again that keeps them', async () => {
    const keeping = await serve(echo); // answers as if it had forwarded
    const pool = makePool({ proxy: { http: keeping.url } });
    for (const path of ['/1', '/2', '/3']) {
      expect((await pool.request(`http://a.invalid${path}`)).json()).toMatchObject({ url: `http://a.invalid${path}` });
    }
    expect(keeping.connections).toBe(1);
  });

  it('to servers with TLS are sent through a tunnel, which the proxy cannot look into', async () => {
    const url = await serveTls();
    const pool = makePool({ proxy: { https: proxy.url }, caFile: certificates.caFile });
    for (let time = 0; time < 3; time++) {
      expect((await pool.request(`${url}/secret`)).json()).toMatchObject({ url: '/secret' });
    }
    expect(pool.stats().created).toBe(1);
    expect((await proxy.requests()).at(-1)).toBe(`CONNECT ${new URL(url).host} HTTP/1.1`);
    const distrusting = makePool({ proxy: { https: proxy.url } });
    await expect(distrusting.request(url)).rejects.toMatchObject({ code: 'HTTP_CONNECT_FAILED' });
  });

  it('show it the user and the password of its URL, and nobody else', async () => {
    const plain = await serve((request, response) => response.end(JSON.stringify(request.headers)));
    const url = await serveTls();
    const withUser = `http://user:pa%2Ess@127.0.0.1:${guarded.port}`;
    const pool = makePool({ proxy: { http: withUser, https: withUser }, caFile: certificates.caFile });
    expect((await pool.request(plain.url)).json()).not.toHaveProperty('proxy-authorization');
    expect((await pool.request(url)).status).toBe(200);
    const refused = makePool({ proxy: { http: guarded.url, https: guarded.url }, caFile: certificates.caFile });
    expect((await refused.request(plain.url)).status).toBe(407);
    const tunnel = refused.request(url, { retry: false });
    await expect(tunnel).rejects.toThrow(`the proxy ${guarded.url}: it answered CONNECT with 407`);
    expect(refused.stats()).toMatchObject({ inUse: 0, connecting: 0 });
  });

  it('go directly where they are excepted, and where an upstream says so', async () => {
    const { url } = await serve(echo);
    const port = new URL(url).port;
    const before = (await proxy.requests()).length;
    for (const except of ['*', '127.0.0.1', `other,127.0.0.1:${port}`, '127.0.0.0/8']) {
      await makePool({ proxy: { http: proxy.url, except } }).request(url);
    }
    const own = { direct: { urls: [url], proxy: false as const }, by: { urls: [url], proxy: proxy.url } };
    await makePool({ proxy: { http: 'http://127.0.0.1:1' }, upstreams: own }).request('direct:/');
    expect(await proxy.requests()).toHaveLength(before);
    const pool = makePool({ proxy: { except: '*' }, upstreams: own });
    await pool.request('by:/');
    await pool.request('direct:/');
    expect(await proxy.requests()).toHaveLength(before + 1);
    expect(pool.stats().created).toBe(2); // each its own connection to the same server
  });

  it('say that it is the proxy that cannot be reached, in health as well', async () => {
    const { url } = await serve(echo);
    const pool = makePool({ proxy: { http: 'http://127.0.0.1:1' }, upstreams: { one: [url] } });
    await expect(pool.request('one:/')).rejects.toThrow('the proxy http://127.0.0.1:1: connect ECONNREFUSED');
    await pool.start();
    await eventually('it is down', () => pool.state === 'down');
  });

  it('end within their times behind a proxy that does not answer', async () => {
    const silent = await SilentServer.start();
    later(() => silent.close());
    const pool = makePool({ proxy: { http: silent.url, https: silent.url }, connectTimeoutMs: 300 });
    await expect(pool.request('http://a.invalid/', { totalTimeoutMs: 300 })).rejects.toMatchObject({
      code: 'HTTP_TIMEOUT',
    });
    const tunnel = pool.request('https://a.invalid/', { retry: false, totalTimeoutMs: 20_000 });
    await expect(tunnel).rejects.toMatchObject({ code: 'HTTP_CONNECT_FAILED' });
    const aborted = pool.request('https://a.invalid/', { signal: AbortSignal.timeout(50) });
    await expect(aborted).rejects.toMatchObject({ name: 'TimeoutError' });
    await eventually('nothing is open', async () => (await silent.openConnections()) === 0);
    expect(pool.stats()).toMatchObject({ inUse: 0, connecting: 0 });
  });

  it('take it from the variables that everybody has', () => {
    const { pools } = testConfig({ HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'http://b:2', NO_PROXY: 'localhost,.c' });
    expect(pools.http.proxy).toEqual({ http: 'http://a:1', https: 'http://b:2', except: 'localhost,.c' });
  });

  it('take it from variables in small letters first, as other programs do', () => {
    const small = { http_proxy: 'http://a:1', https_proxy: 'http://b:2', no_proxy: 'localhost' };
    const expected = { http: 'http://a:1', https: 'http://b:2', except: 'localhost' };
    expect(testConfig(small).pools.http.proxy).toEqual(expected);
    const capitals = { HTTP_PROXY: 'http://x:1', HTTPS_PROXY: 'http://y:1', NO_PROXY: '*' };
    expect(testConfig({ ...capitals, ...small }).pools.http.proxy).toEqual(expected);
    expect(testConfig({ ...capitals, http_proxy: '' }).pools.http.proxy.http).toBe('http://x:1');
    expect(() => testConfig({ http_proxy: 'squid' })).toThrow(/ http_proxy: /);
  });
});

describe('Qdrant behind a proxy', () => {
  noUnhandledRejections();

  it('is reached and probed through it, unless it is excepted or has its own', async () => {
    const [server, proxy] = await Promise.all([QdrantServer.start(), Tinyproxy.start()]);
    later(() => Promise.all([server.close(), proxy.close()]));
    const call = async (http: object, own: string | false | undefined): Promise<readonly string[]> => {
      const before = (await proxy.requests()).length;
      const options = resolveOptions('PoolsModule', POOLS_SETTINGS, {
        http: { proxy: http },
        qdrant: { url: server.url, proxy: own },
      });
      const pool = qdrantPools(options, new SystemClock()).main;
      await pool.start();
      await pool.use((client) => client.getCollections());
      expect(pool.state).toBe('up');
      await pool.drain(0);
      return (await proxy.requests()).slice(before);
    };
    const through = [`GET ${server.url}/readyz HTTP/1.1`, `GET ${server.url}/collections HTTP/1.1`];
    expect(await call({ http: proxy.url }, undefined)).toEqual(through);
    expect(await call({}, proxy.url)).toEqual(through);
    expect(await call({ http: proxy.url, except: '127.0.0.1' }, undefined)).toEqual([]);
    expect(await call({ http: proxy.url }, false)).toEqual([]);
  });
});
