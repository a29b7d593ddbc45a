import { Agent, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { BodyReader } from '../../src/http/body/body-reader';
import { ADMIN, bearer, READ, startHttpApp } from './http-app';

const ITEM = '/performance/items/abc';
const BODY = JSON.stringify({ count: 1, note: 'x'.repeat(900_000) });
const JSON_HEADERS = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(BODY) };
type Headers = Record<string, string>;

describe('bodies of requests that are not let in (e2e)', () => {
  let app: NestExpressApplication;
  let port: number;
  let agent: Agent;
  const read = jest.spyOn(BodyReader.prototype, 'read');
  beforeEach(async () => {
    const http = { requestTimeoutMs: 600, headersTimeoutMs: 300, timeoutCheckIntervalMs: 50 };
    app = await startHttpApp({ http, rateLimits: { changesPerMinute: 1, failedLoginsPerMinute: 3 } });
    ({ port } = app.getHttpServer().address() as AddressInfo);
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
    read.mockClear();
  });
  afterEach(async () => {
    agent.destroy();
    await app.close();
  });

  async function send(options: RequestOptions, body?: string) {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const sent = httpRequest({ port, host: '127.0.0.1', agent, ...options }, resolve).on('error', reject);
    sent.end(body);
    const response = await promise;
    const { localPort } = response.socket;
    return { status: response.statusCode, body: JSON.parse(await text(response)) as unknown, localPort };
  }
  const post = (headers: Headers, path = ITEM) =>
    send({ method: 'POST', path, headers: { ...headers, ...JSON_HEADERS } }, BODY);

  it('are not read: without a token, with a wrong one, of too little scope, over the limit, on no route', async () => {
    expect(await post({})).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED', instance: ITEM } });
    expect(await post(bearer('wrong-token-0123456789'))).toMatchObject({ status: 401 });
    expect(await post(bearer(READ))).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await post({}, '/nothing')).toMatchObject({ status: 404, body: { code: 'ROUTE_UNKNOWN' } });
    expect(read).not.toHaveBeenCalled();
    expect(await post(bearer(ADMIN))).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(read).toHaveBeenCalledTimes(1);
    expect(await post(bearer(ADMIN))).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('count as guesses like any others', async () => {
    for (const status of [401, 401, 401, 429]) {
      expect(await post(bearer('wrong-token-0123456789'))).toMatchObject({ status });
    }
    expect(read).not.toHaveBeenCalled();
  });

  it('leave the connection usable for the next request', async () => {
    const refused = await post({});
    const next = await send({ method: 'GET', path: '/performance/items', headers: bearer(READ) });
    expect(next).toMatchObject({ status: 200, localPort: refused.localPort });
    const taken = await send(
      { method: 'POST', path: ITEM, headers: { ...bearer(ADMIN), 'content-type': 'application/json' } },
      '{"count":1}',
    );
    expect(taken).toMatchObject({ status: 201, body: { body: { count: 1 } }, localPort: refused.localPort });
  });

  it('are answered before they have arrived, once, also when they never do', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST ${ITEM} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"count":`,
    );
    const answers = (await text(socket)).match(/^HTTP\/1\.1 .*$/gm);
    expect(answers).toEqual(['HTTP/1.1 401 Unauthorized']);
  });
});
