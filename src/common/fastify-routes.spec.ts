import type { IncomingMessage } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { keepRouteTemplates } from './fastify-routes';

describe('routes of Fastify', () => {
  it('are left on each request as its template; a request that none answers has none', async () => {
    const adapter = new FastifyAdapter();
    const app = adapter.getInstance();
    keepRouteTemplates(adapter);
    keepRouteTemplates(adapter);
    const seen: unknown[] = [];
    const note = (request: { readonly raw: IncomingMessage }) => {
      seen.push((request.raw as { readonly route?: { readonly path: unknown } }).route?.path);
      return 'ok';
    };
    app.get('/users/:id', note);
    app.post('/users/:id', note);
    app.get('/files/*', note);
    app.setNotFoundHandler(note);
    const calls = [
      ['GET', '/users/1'],
      ['GET', '/users/2?a=b'],
      ['POST', '/users/3'],
      ['GET', '/files/a/b'],
      ['GET', '/nowhere'],
      ['GET', '/users/4'],
    ] as const;
    for (const [method, url] of calls) await app.inject({ method, url });
    expect(seen).toEqual(['/users/:id', '/users/:id', '/users/:id', '/files/*', undefined, '/users/:id']);
    await adapter.close();
  });
});
