import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';
import request from 'supertest';
import { type Access, RouteAccess } from '../../src/http/access.decorator';
import { startApp } from '../support/app';
import { ADMIN_TOKEN, asAdmin, asReader, READ_TOKEN } from '../support/test-config';

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly access: Access | undefined;
  readonly unvalidated: readonly string[];
}

const VALIDATED: Readonly<Record<number, string>> = { 3: '@Body', 4: '@Query', 5: '@Param' };

/** Every route of the whole service, from the metadata that Nest itself routes by. */
function routesOf(app: NestExpressApplication): Route[] {
  const reflector = app.get(Reflector);
  const found: Route[] = [];
  for (const { metatype, instance } of app.get(DiscoveryService, { strict: false }).getControllers()) {
    if (!metatype || !instance) continue;
    const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
    for (const method of new MetadataScanner().getAllMethodNames(prototype)) {
      const handler = prototype[method]!;
      const verb: RequestMethod | undefined = Reflect.getMetadata('method', handler);
      if (verb === undefined) continue;
      const args: Record<string, { schema?: unknown }> =
        Reflect.getMetadata('__routeArguments__', metatype, method) ?? {};
      const base: string = [Reflect.getMetadata('path', metatype)].flat()[0];
      const own: string = [Reflect.getMetadata('path', handler)].flat()[0];
      found.push({
        name: `${metatype.name}.${method}`,
        method: RequestMethod[verb].toLowerCase(),
        path: `/${[base, own].join('/')}`.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, ''),
        access: reflector.getAllAndOverride(RouteAccess, [handler, metatype]),
        unvalidated: Object.entries(args)
          .filter(([id, { schema }]) => VALIDATED[Number(id.split(':')[0])] !== undefined && schema === undefined)
          .map(([id]) => VALIDATED[Number(id.split(':')[0])]!),
      });
    }
  }
  return found;
}

/** A path with something in each place; access does not depend on whether it exists. */
const filled = (path: string) => path.replaceAll(/:\w+|\{?\*\w+\}?/g, 'unknown');

/** Whether a request for the path reaches the route: a part of the path may be a parameter. */
const covers = (template: string, path: string) => {
  const parts = template.split('/');
  const given = path.split('/');
  return (
    filled(template) === path ||
    (parts.length === given.length && parts.every((part, at) => part === given[at] || part.startsWith(':')))
  );
};

/** Clients of Prometheus send parameters it does not know, and read errors of its own shape. */
const isPrometheus = ({ path }: Route) => path.startsWith('/performance/prometheus/');
/** Clients of Alertmanager, too; it answers errors with a text. */
const isAlertmanager = ({ path }: Route) => path.startsWith('/performance/alertmanager/');
/** Scrapers may be configured to send parameters. */
const isScraped = ({ path }: Route) => path === '/metrics';

describe('every route of the service (e2e)', () => {
  let app: NestExpressApplication;
  let routes: Route[];
  let document: OpenAPIObject;
  beforeAll(async () => {
    app = await startApp();
    routes = routesOf(app);
    document = (await request(app.getHttpServer()).get('/docs-json')).body as OpenAPIObject;
  });
  afterAll(() => app.close());

  const send = (method: string, path: string, headers: Record<string, string> = {}) =>
    request(app.getHttpServer())[method as 'get'](path).set(headers);

  it('is found', () => expect(routes.length).toBeGreaterThan(5));

  it('declares who may call it', () => {
    expect(routes.filter(({ access }) => access === undefined).map(({ name }) => name)).toEqual([]);
  });

  it('gives each @Body, @Query and @Param a schema', () => {
    expect(routes.filter(({ unvalidated }) => unvalidated.length > 0)).toEqual([]);
  });

  it('below /performance and /metrics asks for a token, but for the files of the page', async () => {
    const open = routes.filter(({ access }) => access === 'public').map(({ path }) => path);
    const pages = /^\/performance\/(dashboard|runbooks)\//; // they hold no data
    expect(open.filter((path) => !pages.test(path)).toSorted()).toEqual(['/', '/graph']);
    const guarded = routes.filter(({ path }) => /^\/(performance|metrics)/.test(path) && !open.includes(path));
    for (const { method, path, name } of guarded) {
      const none = await send(method, filled(path), { accept: 'application/json' });
      const wrong = await send(method, filled(path), { authorization: 'Bearer wrong-token-0123456789' });
      // Past the limit of guesses the answer to one more is 429.
      expect([name, none.status, [401, 429].includes(wrong.status)]).toEqual([name, 401, true]);
    }
  });

  it('refuses a read token where it declares admin', async () => {
    for (const { method, path, name } of routes.filter(({ access }) => access === 'admin')) {
      const { status, body } = await send(method, filled(path), asReader);
      expect([name, status, body.code]).toEqual([name, 403, 'FORBIDDEN']);
    }
  });

  it('refuses a query parameter it does not know', async () => {
    const strict = routes.filter((route) => !isPrometheus(route) && !isAlertmanager(route) && !isScraped(route));
    for (const { method, path, name } of strict) {
      const { status, body } = await send(method, `${filled(path)}?no_such_parameter=1`, asAdmin);
      expect([name, status, body.code]).toEqual([name, 400, 'VALIDATION_FAILED']);
    }
  });

  it('refuses a body it does not take, malformed, of another type or with an unknown key', async () => {
    for (const { method, path, name } of routes.filter((route) => ['post', 'put', 'patch'].includes(route.method))) {
      const post = (type: string, body: string) =>
        send(method, filled(path), asAdmin).set('content-type', type).send(body);
      for (const [type, body] of [
        ['application/json', '{"no_such_key":1}'],
        ['application/json', '{"no_such_key":'],
        ['application/octet-stream', 'abc'],
      ] as const) {
        const { status, body: problem } = await post(type, body);
        expect([name, type, body, status >= 400 && status < 500]).toEqual([name, type, body, true]);
        const said = typeof problem === 'string' ? problem : (problem.code ?? problem.errorType);
        expect([name, typeof said]).toEqual([name, 'string']);
      }
    }
  });

  it('answers 405 with what it takes to every other method, HEAD included', async () => {
    const methods = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;
    for (const { path } of routes) {
      const here = routes.filter((other) => covers(other.path, filled(path))).map(({ method }) => method);
      for (const method of methods.filter((one) => !here.includes(one) && !(one === 'head' && here.includes('get')))) {
        const { status, headers } = await request(app.getHttpServer())[method](filled(path)).set(asAdmin);
        expect([method, path, status]).toEqual([method, path, 405]);
        expect(headers['allow']).toContain(here[0]!.toUpperCase());
      }
    }
  });

  it('is in the API description with its security and its errors', () => {
    for (const { method, path, name, access } of routes) {
      const operation = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method as 'get'];
      if (operation === undefined) continue; // hidden on purpose: @ApiExcludeEndpoint
      const optional = operation.security?.some((requirement) => Object.keys(requirement).length === 0) ?? false;
      expect([name, optional]).toEqual([name, access === 'page' || access === 'probe']);
      if (access !== 'public') expect(operation.security).toContainEqual({ bearer: [] });
      for (const wrong of ['4XX', '5XX']) {
        expect(operation.responses).toHaveProperty([wrong, 'content', 'application/problem+json']);
      }
    }
    expect(document.components?.securitySchemes).toMatchObject({
      bearer: { scheme: 'bearer' },
      basic: { scheme: 'basic' },
    });
  });

  it('keeps tokens out of the description, the page and the answers', async () => {
    const texts = [JSON.stringify(document), (await send('get', '/docs')).text];
    for (const { path } of routes.filter(({ method }) => method === 'get')) {
      texts.push((await readUpTo(filled(path))).slice(0, 1_000_000));
    }
    for (const text of texts) for (const token of [READ_TOKEN, ADMIN_TOKEN]) expect(text).not.toContain(token);
  });

  /** What a GET answers within 300 ms: a stream of events does not end by itself. */
  function readUpTo(path: string): Promise<string> {
    return new Promise((resolve) => {
      const { port } = app.getHttpServer().address() as AddressInfo;
      const sent = httpRequest({ port, host: '127.0.0.1', path, headers: asAdmin }, (answer) => {
        let text = JSON.stringify(answer.headers);
        answer.on('data', (chunk) => (text += String(chunk)));
        answer.on('close', () => resolve(text));
      });
      sent.setTimeout(300, () => sent.destroy());
      sent.on('error', () => resolve(''));
      sent.end();
    });
  }
});
