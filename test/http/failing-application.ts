// An application whose routes fail in every layer, in a process of its own, for a test of what is left of it then. The
// argument says which: `service` is this service, `express` and `fastify` another application that uses the rooms.
import { createReadStream } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  type INestApplication,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type NestInterceptor,
  type NestModule,
  Param,
  type PipeTransform,
  Post,
  Req,
  Res,
  StreamableFile,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ApiConsumes } from '@nestjs/swagger';
import { ScheduleModule } from '@nestjs/schedule';
import type { NextFunction, Request, Response } from 'express';
import { map } from 'rxjs';
import { AlertingModule } from '../../src/alerting/alerting.module';
import { AppModule } from '../../src/app.module';
import { setUpApp } from '../../src/app-setup';
import { CacheModule } from '../../src/cache/cache.module';
import { ServiceLogger } from '../../src/common/log/service-logger';
import { RouteAccess } from '../../src/http/access.decorator';
import { ReadsBodyItself } from '../../src/http/framework-setup';
import {
  type FrameworkRequest,
  type FrameworkResponse,
  nodeRequest,
  nodeResponse,
  takeResponse,
} from '../../src/http/node-message';
import { MonitoringModule } from '../../src/monitoring/monitoring.module';
import { PerformanceModule } from '../../src/performance/performance.module';
import { PoolsModule } from '../../src/pools/pools.module';
import { adapterOf } from '../support/frameworks';
import { testConfig } from '../support/test-config';

const fail = (layer: string): never => {
  throw new Error(`${layer} failed at 10.0.0.1`);
};

@Injectable()
class FailingGuard implements CanActivate {
  canActivate(): never {
    return fail('guard');
  }
}

@Injectable()
class FailingPipe implements PipeTransform {
  transform(): never {
    return fail('pipe');
  }
}

@Injectable()
class FailingInterceptor implements NestInterceptor {
  intercept: NestInterceptor['intercept'] = (_context, next) => next.handle().pipe(map(() => fail('interceptor')));
}

class FilteredError extends Error {}

/** What Express and Fastify have in common. */
interface Headed {
  header(name: string, value: string): unknown;
}

@Catch(FilteredError)
class FailingFilter implements ExceptionFilter {
  catch(error: FilteredError, host: ArgumentsHost): Promise<never> | never {
    if (error.message === 'sync') return fail('filter');
    // What was meant to describe the answer that does not come.
    host.switchToHttp().getResponse<Headed>().header('Content-Encoding', 'gzip');
    return sleep(1).then(() => fail('filter'));
  }
}

@RouteAccess('public')
@Controller('fail')
class FailingController {
  @Get('middleware')
  @Get('raw-middleware')
  unreached(): never {
    return fail('controller');
  }

  @UseGuards(FailingGuard)
  @Get('guard')
  guard() {
    return 'let in';
  }

  @Get('pipe/:id')
  pipe(@Param('id', FailingPipe) id: string) {
    return id;
  }

  @Get('controller')
  controller(): never {
    return fail('controller');
  }

  @Get('rejection')
  async rejection(): Promise<never> {
    await sleep(1);
    return fail('rejection');
  }

  @UseInterceptors(FailingInterceptor)
  @Get('interceptor')
  interceptor() {
    return 'answer';
  }

  @Get('serializer')
  serializer() {
    return { toJSON: () => fail('serializer') };
  }

  @UseFilters(FailingFilter)
  @Get('filter')
  filter(): never {
    throw new FilteredError('sync');
  }

  @UseFilters(FailingFilter)
  @Get('filter-rejection')
  filterRejection(): never {
    throw new FilteredError('async');
  }

  @Get('timer')
  timer(@Res() response: FrameworkResponse): void {
    takeResponse(response);
    setTimeout(() => fail('timer'), 1);
  }

  @Get('forgotten-promise')
  forgottenPromise(@Res() response: FrameworkResponse): void {
    takeResponse(response);
    void sleep(1).then(() => fail('forgotten promise'));
  }

  @Get('stream')
  stream() {
    return new StreamableFile(createReadStream('/nonexistent/file'));
  }

  @Get('piped-stream')
  pipedStream(@Res() response: FrameworkResponse): void {
    createReadStream('/nonexistent/file').pipe(takeResponse(response));
  }

  @Get('half-a-stream')
  halfAStream(@Res() taken: FrameworkResponse): void {
    const response = takeResponse(taken);
    response.setHeader('Content-Type', 'text/plain');
    const broken = new Readable({ read: () => undefined });
    broken.push('the first half');
    broken.pipe(response);
    response.once('drain', () => undefined);
    setTimeout(() => broken.destroy(new Error('stream failed at 10.0.0.1')), 20);
  }

  @Get('after-the-answer')
  afterTheAnswer() {
    setTimeout(() => fail('afterwards'), 20);
    return { done: true };
  }

  @Get('promise-after-the-answer')
  promiseAfterTheAnswer() {
    void sleep(20).then(() => fail('afterwards'));
    return { done: true };
  }

  @Get('finish-listener')
  finishListener(@Res({ passthrough: true }) response: FrameworkResponse) {
    nodeResponse(response).on('finish', () => fail('listener'));
    return { done: true };
  }

  @Get('close-listener')
  closeListener(@Req() request: FrameworkRequest) {
    nodeRequest(request).on('close', () => fail('listener'));
    return { done: true };
  }

  @Get('socket-listener')
  socketListener(@Req() request: FrameworkRequest) {
    nodeRequest(request).socket.once('close', () => fail('listener'));
    return { done: true };
  }

  @ApiConsumes('text/plain')
  @ReadsBodyItself()
  @Post('data-listener')
  dataListener(@Req() request: FrameworkRequest, @Res() response: FrameworkResponse): void {
    takeResponse(response);
    nodeRequest(request).on('data', () => fail('listener'));
  }

  @Get('work-in-a-listener')
  workInAListener(@Req() request: FrameworkRequest) {
    nodeRequest(request).on('close', () => setTimeout(() => fail('work of a listener'), 1));
    return { done: true };
  }
}

@Module({ controllers: [FailingController] })
class FailingModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(() => fail('middleware')).forRoutes('fail/middleware');
  }
}

async function start(kind: string): Promise<INestApplication> {
  const logger = new ServiceLogger({ level: 'error', json: true });
  const config = testConfig();
  const rooms = [
    CacheModule.forRoot(),
    PoolsModule.forRoot({}),
    MonitoringModule.forRoot({}),
    AlertingModule.forRoot({}),
  ];
  const imports =
    kind === 'service'
      ? [AppModule.forRoot(config), FailingModule]
      : [ScheduleModule.forRoot(), ...rooms, PerformanceModule.forRoot(), FailingModule];
  @Module({ imports })
  class Application {}
  const framework = kind === 'fastify' ? 'fastify' : 'express';
  const app = await NestFactory.create<NestExpressApplication>(Application, adapterOf(framework), { logger });
  if (kind === 'service') setUpApp(app, config);
  app.use('/fail/raw-middleware', (_request: Request, _response: Response, _next: NextFunction) => fail('middleware'));
  await app.listen(0, '127.0.0.1');
  return app;
}

void start(process.argv[2]!).then((app) => {
  const { port } = app.getHttpServer().address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
  process.on('message', () => setTimeout(() => fail('the process itself'), 1));
});
