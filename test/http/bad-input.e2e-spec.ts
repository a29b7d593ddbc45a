import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { errorDefinitions } from '../../src/common/errors/error-definition';
import { ADMIN, bearer, READ, startHttpApp } from './http-app';

const titleOf = (code: string) => errorDefinitions().find((definition) => definition.code === code)!.title;

describe('bad input (e2e)', () => {
  let app: NestExpressApplication;
  beforeAll(async () => {
    app = await startHttpApp({
      http: { maxBodyBytes: 2_000, headersTimeoutMs: 300, requestTimeoutMs: 600, timeoutCheckIntervalMs: 50 },
      rateLimits: { changesPerMinute: 10_000 },
    });
  });
  afterAll(() => app.close());
  afterEach(() => jest.restoreAllMocks());

  const send = (method: 'get' | 'post' | 'put' | 'patch' | 'delete' | 'options', path: string) =>
    request(app.getHttpServer())[method](path).set(bearer(ADMIN));
  const raw = (path: string, type: string, body: string) => send('post', path).set('content-type', type).send(body);
  const ITEM = '/performance/items/abc';

  it.each<[string, () => request.Test, number, string]>([
    ['an unknown route', () => send('get', '/performance/nothing'), 404, 'ROUTE_UNKNOWN'],
    ['an unknown method', () => send('put', '/performance/items'), 405, 'METHOD_NOT_ALLOWED'],
    ['OPTIONS', () => send('options', '/performance/items'), 405, 'METHOD_NOT_ALLOWED'],
    ['an unknown query parameter', () => send('get', '/performance/items?page=1'), 400, 'VALIDATION_FAILED'],
    ['a query on a route without one', () => send('delete', '/performance/items?all=1'), 400, 'VALIDATION_FAILED'],
    ['a nested query', () => send('get', '/performance/items?limit[a]=1'), 400, 'VALIDATION_FAILED'],
    [
      'a repeated query parameter',
      () => send('get', '/performance/items?sort=asc&sort=desc'),
      400,
      'VALIDATION_FAILED',
    ],
    ['a query out of range', () => send('get', '/performance/items?limit=101'), 400, 'VALIDATION_FAILED'],
    ['a query of the wrong type', () => send('get', '/performance/items?limit=ten'), 400, 'VALIDATION_FAILED'],
    ['a bad path parameter', () => send('post', '/performance/items/A!').send({ count: 1 }), 400, 'VALIDATION_FAILED'],
    ['a malformed path', () => send('post', '/performance/items/%FF').send({ count: 1 }), 400, 'URI_MALFORMED'],
    ['a NUL in the path', () => send('post', '/performance/items/a%00').send({ count: 1 }), 400, 'VALIDATION_FAILED'],
    ['an unknown body key', () => send('post', ITEM).send({ count: 1, x: 1 }), 400, 'VALIDATION_FAILED'],
    ['a body of the wrong type', () => send('post', ITEM).send({ count: '1' }), 400, 'VALIDATION_FAILED'],
    ['a body that is a list', () => send('post', ITEM).send([1]), 400, 'VALIDATION_FAILED'],
    ['no body', () => send('post', ITEM), 400, 'VALIDATION_FAILED'],
    ['a body where none is taken', () => send('delete', '/performance/items').send({ a: 1 }), 400, 'VALIDATION_FAILED'],
    ['malformed JSON', () => raw(ITEM, 'application/json', '{"count":'), 400, 'BODY_MALFORMED'],
    ['JSON that is a bare number', () => raw(ITEM, 'application/json', '5'), 400, 'BODY_MALFORMED'],
    ['an oversize body', () => send('post', ITEM).send({ note: 'x'.repeat(3_000) }), 413, 'BODY_TOO_LARGE'],
    ['plain text', () => raw(ITEM, 'text/plain', 'count=1'), 415, 'CONTENT_TYPE_UNSUPPORTED'],
    ['a form', () => raw(ITEM, 'application/x-www-form-urlencoded', 'count=1'), 415, 'CONTENT_TYPE_UNSUPPORTED'],
    ['XML', () => raw(ITEM, 'application/xml', '<count/>'), 415, 'CONTENT_TYPE_UNSUPPORTED'],
    ['a broken type', () => raw(ITEM, ';;;', '{}'), 415, 'CONTENT_TYPE_UNSUPPORTED'],
    ['an unknown charset', () => raw(ITEM, 'application/json; charset=klingon', '{}'), 415, 'CONTENT_TYPE_UNSUPPORTED'],
    [
      'an unknown encoding',
      () => send('post', ITEM).set('content-encoding', 'zebra').set('content-type', 'application/json').send('{}'),
      415,
      'CONTENT_TYPE_UNSUPPORTED',
    ],
    [
      'a body that is not what its encoding says',
      () => send('post', ITEM).set('content-encoding', 'gzip').set('content-type', 'application/json').send('{}'),
      400,
      'BODY_MALFORMED',
    ],
  ])('%s', async (_, sent, status, code) => {
    const answer = await sent().set('x-request-id', 'my-id');
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['x-request-id']).toBe('my-id');
    expect(answer.body).toMatchObject({
      type: 'about:blank',
      title: titleOf(code),
      status,
      requestId: 'my-id',
    });
    if (code === 'VALIDATION_FAILED') expect(answer.body.errors.length).toBeGreaterThan(0);
    if (code === 'METHOD_NOT_ALLOWED') expect(answer.headers.allow).toBe('DELETE, GET, HEAD');
  });

  it('lists every problem of path, query and body at once', async () => {
    const { body } = await send('post', '/performance/items/A?limit=0&page=2').send({ count: -1, x: 1, note: 5 });
    const listed = body.errors.map((problem: { in: string; field: string }) => `${problem.in} ${problem.field}`);
    expect(listed.toSorted()).toEqual(['body count', 'body note', 'body x', 'path name', 'query limit', 'query page']);
    expect(body.detail).toContain('6 parts');
  });

  it('tells nothing of an error it did not expect, and logs it under the request id', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    const answer = await request(app.getHttpServer()).get('/performance/crash').set(bearer(READ)).expect(500);
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: titleOf('INTERNAL'),
      status: 500,
      code: 'INTERNAL',
      instance: '/performance/crash',
      requestId: answer.headers['x-request-id'],
    });
    expect(logged).toHaveBeenCalledWith(expect.objectContaining({ message: expect.stringContaining('SELECT') }));
  });

  it('says when to come back, in whole seconds', async () => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const { status, headers, body } = await send('get', '/performance/busy');
    expect([status, headers['retry-after'], body.code]).toEqual([503, '2', 'UNAVAILABLE']);
    expect(JSON.stringify(body)).not.toContain('10.0.0.1');
  });

  it('logs what is only busy as a line a second, since there may be many', async () => {
    await sleep(1_100); // of a test before
    const [errors, warnings] = [jest.spyOn(Logger.prototype, 'error'), jest.spyOn(Logger.prototype, 'warn')];
    for (const logged of [errors, warnings]) logged.mockClear().mockImplementation();
    for (let i = 0; i < 5; i++) await send('get', '/performance/busy');
    expect(errors).not.toHaveBeenCalled();
    expect(warnings.mock.calls).toEqual([[expect.stringMatching(/^503 UNAVAILABLE: .*10\.0\.0\.1/)]]);
  });

  it('cuts an answer that fails half-way, so that nobody takes it for a whole one', async () => {
    jest.spyOn(Logger.prototype, 'error').mockImplementation();
    await expect(send('get', '/performance/half')).rejects.toThrow(/aborted|hang up|reset/);
  });

  it('sets the headers that make browsers careful, and does not say what it runs on', async () => {
    const { headers } = await send('get', '/performance/items');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  const overTcp = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const { port } = app.getHttpServer().address() as AddressInfo;
      let answer = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });

  it.each([
    ['what is not HTTP', 'hello\r\n\r\n', 400, 'REQUEST_REFUSED'],
    ['an invented method', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'REQUEST_REFUSED'],
    ['headers beyond 16 kB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ['headers that never end', 'GET / HTTP/1.1\r\nHost: a\r\n', 408, 'REQUEST_TIMEOUT'],
    [
      'a body that never comes',
      `POST ${ITEM} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${ADMIN}\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{`,
      408,
      'REQUEST_TIMEOUT',
    ],
  ])('answers %s and closes', async (_, text, status, code) => {
    const answer = await overTcp(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain(`"code":"${code}"`);
  });
});
