// A hello-world server in a process of its own: `node hello-server.mjs bare|channels|middleware [fastify]`. It sends
// the parent its port and, on request, its CPU time.
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { built } from '../lib/built.mjs';
import { MONITORING_OPTIONS } from './monitoring-options.mjs';

const [kind, framework = 'express'] = process.argv.slice(2);

class HelloController {
  hello() {
    return 'Hello World!';
  }
}
Get()(HelloController.prototype, 'hello', Object.getOwnPropertyDescriptor(HelloController.prototype, 'hello'));
Controller()(HelloController);

class HelloModule {}
Module({ controllers: [HelloController], imports: kind === 'bare' ? [] : monitoring() })(HelloModule);

const adapters = framework === 'fastify' ? [new (await import('@nestjs/platform-fastify')).FastifyAdapter()] : [];
const app = await NestFactory.create(HelloModule, ...adapters, { logger: false });
if (kind === 'middleware') app.use(measuringMiddleware());
app.getHttpServer().keepAliveTimeout = 0; // the connections wait their turn for as long as the others are measured
await app.listen(0, '127.0.0.1');
if (kind === 'middleware') {
  const { HttpServerMetrics } = built('monitoring/collectors/http/http-server.metrics');
  app.get(HttpServerMetrics, { strict: false }).onApplicationShutdown(); // the channels must not count as well
}
process.on('message', () => process.send({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit());
process.send({ port: app.getHttpServer().address().port });

function monitoring() {
  const { CommonModule } = built('common/common.module');
  const { MonitoringModule } = built('monitoring/monitoring.module');
  return [CommonModule, ScheduleModule.forRoot(), MonitoringModule.forRoot(MONITORING_OPTIONS)];
}

/** The same counts, taken by an Express middleware: the way that was not chosen. */
function measuringMiddleware() {
  const { HttpRequestCounts } = built('monitoring/collectors/http/http-request-counts');
  const counts = new HttpRequestCounts();
  let active = 0;
  return (request, response, next) => {
    const startedAt = performance.now();
    active++;
    response.once('close', () => {
      active--;
      const route = request.route?.path ?? 'unmatched';
      const outcome = response.writableFinished ? response.statusCode : 'aborted';
      const seconds = (performance.now() - startedAt) / 1_000;
      const sizes = counts.finished(route, request.method, outcome, seconds);
      sizes.requestBytes.record(Number(request.headers['content-length'] ?? 0));
      sizes.responseBytes.record(Number(response.getHeader('content-length') ?? 0));
    });
    next();
  };
}
