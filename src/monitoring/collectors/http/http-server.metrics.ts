import type { Server } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { keepRouteTemplates } from '../../../common/fastify-routes';
import { DEFAULT_BUCKETS } from '../../registry/metrics.service';
import { CardinalityLimit } from '../../registry/cardinality-limit';
import { QUANTILE_LABEL, TickQuantiles } from '../../registry/tick-quantiles';
import { MetricsRegistry } from '../../registry/metrics-registry';
import { HttpRequestCounts, type Outcome, SIZE_BUCKETS_BYTES } from './http-request-counts';
import { HttpServerObserver } from './http-server-observer';

const DURATION = 'http_server_request_duration_seconds';
const route = ['http_request_method', 'http_route'] as const;

/** The requests this application answers, named as the HTTP semantic conventions of OpenTelemetry. */
@Injectable()
export class HttpServerMetrics implements OnModuleInit, OnApplicationShutdown {
  private observer: HttpServerObserver | undefined;

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly host: HttpAdapterHost,
    private readonly cardinality: CardinalityLimit,
    @Inject(DEFAULT_BUCKETS) private readonly bounds: readonly number[],
  ) {}

  onModuleInit(): void {
    const adapter = this.host.httpAdapter;
    const server = adapter?.getHttpServer() as Server | undefined;
    if (server === undefined) return; // an application without HTTP
    keepRouteTemplates(adapter);
    const counts = new HttpRequestCounts(this.bounds, () => this.cardinality.takeOfMetric('histogram', DURATION));
    const observer = new HttpServerObserver(server, counts);
    this.expose(observer);
    observer.start();
    this.observer = observer;
  }

  onApplicationShutdown(): void {
    this.observer?.stop();
  }

  private expose({ counts, active, unhandled }: HttpServerObserver): void {
    const { registry } = this;
    registry.histogram(
      {
        name: DURATION,
        help: 'Requests by route, status and, when they failed, type of error',
        unit: 'seconds',
        labelNames: [...route, 'http_response_status_code', 'error_type'],
      },
      this.bounds,
      (emit) => {
        for (const { route: template, method, durations } of counts.all()) {
          for (const [outcome, reading] of durations) emit(reading, method, template, ...outcomeLabels(outcome));
        }
      },
    );
    const quantiles = new TickQuantiles();
    registry.gauge(
      {
        name: 'http_server_request_duration_quantile_seconds',
        help: 'Requests by route: quantiles since the last tick',
        unit: 'seconds',
        labelNames: [...route, QUANTILE_LABEL],
      },
      (emit, collection) => {
        for (const { route: template, method, latencies } of counts.all()) {
          quantiles.emit(latencies, emit, collection, method, template);
        }
      },
    );
    registry.histogram(
      { name: 'http_server_request_body_size_bytes', help: 'Bodies of requests', unit: 'bytes', labelNames: route },
      SIZE_BUCKETS_BYTES,
      (emit) => {
        for (const { route: template, method, requestBytes } of counts.all()) emit(requestBytes, method, template);
      },
    );
    registry.histogram(
      { name: 'http_server_response_body_size_bytes', help: 'Bodies of responses', unit: 'bytes', labelNames: route },
      SIZE_BUCKETS_BYTES,
      (emit) => {
        for (const { route: template, method, responseBytes } of counts.all()) emit(responseBytes, method, template);
      },
    );
    registry.gauge(
      { name: 'http_server_active_requests', help: 'Requests in flight', labelNames: ['http_request_method'] },
      (emit) => {
        for (const [method, requests] of active) emit(requests, method);
      },
    );
    registry.counter(
      {
        name: 'http_server_unhandled_errors_total',
        help: 'Errors of requests that no code handled, by where they were caught',
        labelNames: ['origin'],
      },
      (emit) => {
        for (const [origin, errors] of unhandled) emit(errors, origin);
      },
    );
  }
}

/** Status and error type: a status of 5xx is its own error type, an aborted request has no status. */
function outcomeLabels(outcome: Outcome): [status: string, errorType: string] {
  if (outcome === 'aborted') return ['', 'aborted'];
  return [String(outcome), outcome >= 500 ? String(outcome) : ''];
}
