import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { type HttpOperation, httpRequests } from '../../src/http/http-tracing';
import { eventually } from '../support/eventually';
import { bearer, READ, startHttpApp } from './http-app';

describe('the tracing channel of requests', () => {
  let app: NestExpressApplication;
  const seen: [event: string, operation: HttpOperation][] = [];
  const start = (operation: unknown) => void seen.push(['start', operation as HttpOperation]);
  const asyncEnd = (operation: unknown) => void seen.push(['asyncEnd', operation as HttpOperation]);
  beforeAll(async () => {
    app = await startHttpApp();
  });
  afterAll(() => app.close());
  beforeEach(() => {
    seen.length = 0;
    httpRequests.start.subscribe(start);
    httpRequests.asyncEnd.subscribe(asyncEnd);
  });
  afterEach(() => {
    httpRequests.start.unsubscribe(start);
    httpRequests.asyncEnd.unsubscribe(asyncEnd);
  });

  const get = (path: string) => request(app.getHttpServer()).get(path).set(bearer(READ));

  it('tells start and end of each, with id, route and status', async () => {
    const { headers } = await get('/performance/items').expect(200);
    await get('/nothing').expect(404);
    await eventually('both have ended', () => seen.length === 4);
    const [first, second] = seen.filter(([event]) => event === 'asyncEnd').map(([, operation]) => operation);
    expect(first).toMatchObject({
      requestId: headers['x-request-id'],
      method: 'GET',
      route: '/performance/items',
      status: 200,
      completed: true,
    });
    expect(first!.durationMs).toBeGreaterThan(0);
    expect(second).toMatchObject({ route: undefined, status: 404, completed: true });
    expect(seen[0]).toEqual(['start', first]);
  });

  it('tells of a client that leaves', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /performance/prometheus/api/v1/query HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n');
    socket.write(`Authorization: Bearer ${READ}\r\nContent-Type: application/json\r\n\r\n{`);
    await eventually('it has begun', () => seen.length === 1);
    socket.destroy();
    await eventually('it has ended', () => seen.length === 2);
    expect(seen[1]![1]).toMatchObject({ method: 'POST', completed: false });
  });
});
