import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { startHttpApp } from './http-app';

/** The status of the answer to a GET with these header lines. */
async function statusOf(app: NestExpressApplication, lines: readonly string[]): Promise<number> {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.write(['GET /public HTTP/1.1', ...lines, 'Connection: close', '', ''].join('\r\n'));
  const answer = await text(socket);
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

describe('the host of a request', () => {
  let app: NestExpressApplication;
  afterEach(() => app.close());

  it('may be any, but only one', async () => {
    app = await startHttpApp();
    expect(await statusOf(app, ['Host: anything.example'])).toBe(200);
    expect(await statusOf(app, ['Host: one.example', 'Host: two.example'])).toBe(400);
    expect(await statusOf(app, ['Host: one.example', 'hOST: one.example'])).toBe(400);
    expect(await statusOf(app, [])).toBe(400);
  });

  it('must be one of those that are allowed, if some are; addresses always may', async () => {
    app = await startHttpApp({ http: { allowedHosts: ['api.example.com', '.example.org'] } });
    const allowed = ['api.example.com', 'API.Example.COM:5057', 'a.b.example.org', 'example.org', 'localhost:1'];
    const addresses = ['127.0.0.1', '10.0.0.7:5057', '[::1]:5057', '[2001:db8::1]'];
    for (const host of [...allowed, ...addresses])
      expect([host, await statusOf(app, [`Host: ${host}`])]).toEqual([host, 200]);
    const refused = [
      'evil.example',
      'example.com',
      'xapi.example.com',
      'badexample.org',
      'api.example.com.evil.example',
    ];
    for (const host of refused) expect([host, await statusOf(app, [`Host: ${host}`])]).toEqual([host, 421]);
  });
});
