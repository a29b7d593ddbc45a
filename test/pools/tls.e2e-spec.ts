import { once } from 'node:events';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { SystemClock } from '../../src/common/clock';
import { QdrantPool } from '../../src/pools/qdrant/qdrant-pool';
import { RedisPool } from '../../src/pools/redis/redis-pool';
import type { TlsOptions } from '../../src/pools/tls.options';
import { Certificates, type Pair } from '../support/certificates';
import { freePort } from '../support/free-port';
import { httpPools } from '../support/http-pools';
import { outcome } from '../support/outcome';
import { postgresPool } from '../support/postgres-pool';
import { PostgresServer } from '../support/postgres-server';
import { RedisServer } from '../support/redis-server';

const NAME = 'server.test';
const { makePool, later } = httpPools();

/** The same, with what the files hold. */
const asTexts = ({ caFile, certFile, keyFile, ...rest }: TlsOptions): TlsOptions => ({
  ...rest,
  ca: readFileSync(caFile!, 'utf8'),
  cert: readFileSync(certFile!, 'utf8'),
  key: readFileSync(keyFile!, 'utf8'),
});

/** Servers whose certificate has the name `server.test`, at 127.0.0.1; they want a certificate of the client. */
describe('over TLS', () => {
  const certificates = new Certificates();
  const server = certificates.signed(NAME);
  const client = certificates.signed('client.test');
  const trusted: TlsOptions = { caFile: certificates.caFile, ...client, tlsServerName: NAME };
  const others = new Certificates();
  afterAll(() => {
    certificates.remove();
    others.remove();
  });

  /** Each is one mistake, and the server must not be spoken to. */
  const wrong: [string, TlsOptions][] = [
    ['an unknown authority', { ...trusted, caFile: others.caFile }],
    ['the name of another server', { ...trusted, tlsServerName: 'other.test' }],
    ['the host of the URL, which is not in the certificate', { ...trusted, tlsServerName: undefined }],
  ];

  describe('PostgreSQL', () => {
    let postgres: PostgresServer;
    beforeAll(async () => {
      postgres = await PostgresServer.start({
        ssl: 'on',
        ssl_cert_file: server.certFile,
        ssl_key_file: server.keyFile,
        ssl_ca_file: certificates.caFile,
      });
    });
    afterAll(() => postgres.close());

    it('is asked encrypted, with the certificate of the client, cancels too', async () => {
      const pool = await postgresPool(`${postgres.url}?sslmode=disable`, { postgres: trusted });
      const { rows } = await pool.query('SELECT ssl, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
      expect(rows).toEqual([{ ssl: true, client_dn: '/CN=client.test' }]);
      await pool.use(async (lease) => {
        const late = lease.query('SELECT pg_sleep(30)', [], { timeoutMs: 50 });
        await expect(late).rejects.toMatchObject({ code: 'POOL_QUERY_TIMEOUT' });
        expect((await lease.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      });
      await pool.drain(500);
    });

    it('takes texts in place of files', async () => {
      const pool = await postgresPool(postgres.url, { postgres: asTexts(trusted) });
      const { rows } = await pool.query('SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
      expect(rows).toEqual([{ client_dn: '/CN=client.test' }]);
      await pool.drain(500);
    });

    it.each(wrong)('is refused for %s', async (_what, files) => {
      const pool = await postgresPool(postgres.url, { acquireTimeoutMs: 300, postgres: files });
      const { error } = await outcome(pool.query('SELECT 1'));
      expect(error?.message).toMatch(/certificate|altnames/i);
      await pool.drain(0);
    });
  });

  describe('Redis', () => {
    let redis: RedisServer;
    let port: number;
    beforeAll(async () => {
      port = await freePort();
      const { certFile, keyFile } = server;
      const files = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', certificates.caFile];
      redis = await RedisServer.start('--tls-port', String(port), ...files);
    });
    afterAll(() => redis.close());
    const limits = { maxConnections: 4, acquireTimeoutMs: 500, maxWaiting: 10, commandTimeoutMs: 500 };
    const make = (url: string, files: TlsOptions) => {
      const pool = new RedisPool({ url, ...limits, ...files }, new SystemClock());
      later(() => pool.drain(200));
      return pool;
    };

    it('takes texts in place of files', async () => {
      expect(await make(`redis://127.0.0.1:${port}`, asTexts(trusted)).client.ping()).toBe('PONG');
    });

    it.each(['redis', 'rediss'])('is asked encrypted by %s://, on every kind of connection', async (scheme) => {
      const pool = make(`${scheme}://127.0.0.1:${port}`, trusted);
      await pool.start();
      expect(await pool.client.set('tls', scheme)).toBe('OK');
      expect(await pool.use((lease) => lease.get('tls'))).toBe(scheme);
      const heard = once(pool.subscriber, 'message');
      await pool.subscriber.subscribe('channel');
      await pool.client.publish('channel', 'hello');
      expect(await heard).toEqual(['channel', 'hello']);
    });

    it.each(wrong)('is refused for %s', async (_what, files) => {
      const pool = make(`rediss://127.0.0.1:${port}`, files);
      await pool.start();
      const { error } = await outcome(pool.client.get('tls'));
      expect(error).toBeDefined();
      expect(pool.health().lastError?.message).toMatch(/certificate|altnames/i);
    });
  });

  describe('HTTP and Qdrant', () => {
    let https: Server;
    let url: string;
    /** The common name of each client's certificate. */
    const seen: unknown[] = [];
    beforeAll(async () => {
      const [cert, key] = [readFileSync(server.certFile), readFileSync(server.keyFile)];
      const ca = readFileSync(certificates.caFile);
      https = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true }, (request, response) => {
        const socket = request.socket as TLSSocket;
        seen.push(socket.getPeerCertificate().subject?.CN, (socket as { servername?: unknown }).servername);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ result: { collections: [] }, status: 'ok', time: 0 }));
      }).listen(0, '127.0.0.1');
      await once(https, 'listening');
      url = `https://127.0.0.1:${(https.address() as AddressInfo).port}`;
    });
    beforeEach(() => void seen.splice(0));
    afterAll(() => {
      https.closeAllConnections();
      https.close();
    });

    it('an upstream has its own certificates, which no other origin gets to see', async () => {
      const inside = { urls: [url], ...trusted };
      const pool = makePool({ upstreams: { inside, texts: { urls: [url], ...asTexts(trusted) }, plain: [url] } });
      expect(await pool.request('inside:/')).toMatchObject({ status: 200 });
      expect(seen).toEqual(['client.test', NAME]);
      expect(await pool.request('texts:/')).toMatchObject({ status: 200 });
      for (const target of ['plain:/', `${url}/`]) {
        expect(await outcome(pool.request(target, { retry: false }))).toMatchObject({ code: 'HTTP_CONNECT_FAILED' });
      }
    });

    it.each(wrong)('an upstream is refused for %s', async (_what, files) => {
      const pool = makePool(files);
      expect(await outcome(pool.request(url, { retry: false }))).toMatchObject({
        code: 'HTTP_CONNECT_FAILED',
        error: { message: expect.stringMatching(/certificate|altnames/i) as string },
      });
    });

    it('a renewed certificate is used by the next connection, and the last one while the file is missing', async () => {
      const pair: Pair = { certFile: certificates.file('now.crt', ''), keyFile: certificates.file('now.key', '') };
      const use = ({ certFile, keyFile }: Pair) => {
        copyFileSync(certFile, pair.certFile);
        copyFileSync(keyFile, pair.keyFile);
      };
      use(client);
      const pool = makePool({ ...trusted, ...pair, idleTimeoutMs: 1 });
      await pool.request(url);
      use(certificates.signed('renewed.test'));
      await new Promise((resolve) => setTimeout(resolve, 50)); // the idle connection is closed
      await pool.request(url);
      for (const file of [pair.certFile, pair.keyFile]) rmSync(file);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await pool.request(url);
      expect(seen.filter((name) => name !== NAME)).toEqual(['client.test', 'renewed.test', 'renewed.test']);
    });

    it('Qdrant is asked, and probed, with them', async () => {
      const limits = { maxConnections: 2, acquireTimeoutMs: 500, maxWaiting: 10 };
      const pool = new QdrantPool({ urls: [url], ...limits, ...trusted }, new SystemClock());
      later(() => pool.drain(200));
      await pool.start();
      expect(pool.state).toBe('up');
      expect(await pool.use((qdrant) => qdrant.getCollections())).toEqual({ collections: [] });
      expect(seen).toEqual(['client.test', NAME, 'client.test', NAME]);
    });
  });

  it('says at the start which file cannot be read, or is missing', () => {
    expect(() => makePool({ caFile: '/nowhere/ca.pem' })).toThrow(
      /http\.caFile must be a file that can be read: .*ENOENT/,
    );
    expect(() => makePool({ certFile: client.certFile })).toThrow(/http\.certFile and http\.keyFile go together/);
    const { cert, key } = asTexts(trusted);
    expect(() => makePool({ cert })).toThrow(/http\.certFile and http\.keyFile go together/);
    expect(() => makePool({ cert, key, keyFile: client.keyFile })).toThrow(
      /http\.key and http\.keyFile say the same, and only one of them may/,
    );
  });
});
