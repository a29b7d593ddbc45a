import { Body, Controller, Get, Injectable, Logger, Module, Post } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { RouteAccess } from '../../src/http/access.decorator';
import { SecretRedactor } from '../../src/common/log/secret-redactor';
import { ServiceLogger } from '../../src/common/log/service-logger';
import { ADMIN, basic, bearer, READ, startHttpApp } from './http-app';

@Injectable()
class Worker {
  private readonly logger = new Logger('Worker');
  async work(name: string): Promise<void> {
    await sleep(5);
    this.logger.log(`worked for ${name}`);
  }
}

@RouteAccess('read')
@Controller('performance/log')
class LogController {
  constructor(private readonly worker: Worker) {}
  @Get()
  async get() {
    await this.worker.work('get');
  }
  @Post()
  async post(@Body({ schema: z.strictObject({ name: z.string() }) }) { name }: { name: string }) {
    await this.worker.work(name);
  }
}

@Module({ controllers: [LogController], providers: [Worker] })
class LogModule {}

describe('the log (e2e)', () => {
  let app: NestExpressApplication;
  const lines: string[] = [];
  beforeAll(async () => {
    app = await startHttpApp({ imports: [LogModule] });
    app.useLogger(
      new ServiceLogger({
        level: 'verbose',
        json: true,
        redactor: new SecretRedactor([READ, ADMIN]),
        write: (line) => lines.push(line),
      }),
    );
  });
  beforeEach(() => lines.splice(0));
  afterAll(() => app.close());

  const logged = () =>
    lines.map((line) => JSON.parse(line) as { message: string; requestId?: string; traceId?: string; context: string });
  const send = (method: 'get' | 'post', path: string, headers = bearer(READ)) =>
    request(app.getHttpServer())[method](path).set(headers);

  it('carries the id of the request through everything it starts, also after a body was read', async () => {
    const ids = ['one', 'two', 'three', 'four'];
    await Promise.all(
      ids.map((id) => send('post', '/performance/log').set('x-request-id', id).send({ name: id }).expect(201)),
    );
    const found = logged().map(({ message, requestId }) => [message, requestId]);
    expect(found.toSorted()).toEqual(ids.map((id) => [`worked for ${id}`, id]).toSorted());
  });

  it('makes an id where none, or a harmful one, was sent', async () => {
    const answer = await send('get', '/performance/log').set('x-request-id', 'x"} {"level":"fatal"');
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(logged()[0]?.requestId).toBe(answer.headers['x-request-id']);
  });

  it('names the trace of the caller where its traceparent is valid', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    for (const traceparent of [`00-${trace}-b7ad6b7169203331-01`, `00-${trace}-0000000000000000-01`]) {
      await send('get', '/performance/log').set('traceparent', traceparent).expect(200);
    }
    expect(logged().map(({ traceId }) => traceId)).toEqual([trace, undefined]);
  });

  it('has no secret of any request, refused or failed', async () => {
    await send('get', `/performance/items?token=${ADMIN}`);
    await send('get', '/performance/crash').expect(500);
    await send('get', '/metrics', basic(READ)).expect(200);
    await send('get', '/performance/items', bearer('guessed-token-0123456789')).expect(401);
    await send('post', '/performance/log').set('content-type', 'application/json').send('{"password":"hunter22"');
    await send('post', '/performance/log').send({ name: 5, password: 'hunter22' });
    expect(lines.length).toBeGreaterThanOrEqual(5);
    expect(lines.join('')).not.toMatch(new RegExp(`${READ}|${ADMIN}|guessed-token|hunter22`));
  });
});
