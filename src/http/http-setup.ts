import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Response } from 'express';
import { ModuleImportError } from '../common/settings/settings.errors';
import { allowedHosts } from './allowed-hosts';
import { BodyReader } from './body/body-reader';
import { clientErrorHandler } from './client-error-handler';
import { withoutPorts } from './forwarded-addresses';
import type { HttpRequest } from './http-request';
import { entryMiddleware } from './entry-middleware';
import { ProblemFilter } from './problem.filter';
import { catchRequestErrors } from './unhandled-errors';
import type { UnroutedLimit } from './unrouted-limit';
import { ValidationPipe } from './validation.pipe';

export interface HttpOptions {
  /** The proxies whose `X-Forwarded-For` is believed, as Express takes it; false: none. */
  readonly trustProxy?: false | number | readonly string[];
  /** The names under which requests may come, `.example.com` for all below it; left out: any. */
  readonly allowedHosts?: readonly string[];
  /** Largest body of JSON or form fields; a route that reads its body itself sets its own limit. */
  readonly maxBodyBytes?: number;
  /**
   * Whether bodies are read behind the guards of the security module, once a request is let in. Default false: before
   * all guards, as an application without that module expects it.
   */
  readonly bodiesAfterGuards?: boolean;
  /** Which copy of the application answers, for the header `X-Instance`; left out: no such header. */
  readonly instance?: string;
  /** Limits what no route answers. */
  readonly unroutedLimit?: UnroutedLimit;
  readonly maxHeaders?: number;
  /** How long the headers, and the whole request, may take to arrive. */
  readonly headersTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  /** How often those two are checked. */
  readonly timeoutCheckIntervalMs?: number;
  /** Longer than the usual 60 s of a load balancer, so that the server never closes first. */
  readonly keepAliveTimeoutMs?: number;
}

/**
 * Everything about the HTTP server that is not a module: limits, timeouts, request ids, headers, validation and
 * problem details. To be called after the application is created and before it listens.
 * @throws ModuleImportError where the application is not on Express
 */
export function configureHttp(app: NestExpressApplication, options: HttpOptions = {}): void {
  const framework = app.getHttpAdapter().getType();
  if (framework !== 'express') {
    throw new ModuleImportError(
      `configureHttp() sets up an application on Express, and this one uses "${framework}": leave the call out, and ` +
        'httpDefaults of PerformanceModule.forRoot() as it is by default, which validates and explains on our routes',
    );
  }
  const { maxBodyBytes = 1_048_576 } = options;
  app.disable('x-powered-by');
  app.set('trust proxy', options.trustProxy ?? false);
  app.use(entryMiddleware(options.instance));
  app.use(allowedHosts(options.allowedHosts));
  if (options.trustProxy) app.use(forwardedWithoutPorts);
  if (options.bodiesAfterGuards) leaveBodiesToGuards(app, maxBodyBytes);
  else {
    app.useBodyParser('json', { limit: maxBodyBytes });
    app.useBodyParser('urlencoded', { limit: maxBodyBytes, extended: false });
  }
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalFilters(new ProblemFilter(options.unroutedLimit));
  const server = app.getHttpServer();
  limitServer(server, options);
  catchRequestErrors(server);
}

/**
 * Answers on a port of this process alone as well, where several processes share the port of the application. It closes
 * with the server of the application. To be called when the application is initialized.
 */
export async function listenBeside(
  app: NestExpressApplication,
  port: number,
  host: string,
  options: HttpOptions,
): Promise<void> {
  const server = createServer(app.getHttpAdapter().getInstance() as RequestListener);
  limitServer(server, options);
  catchRequestErrors(server);
  app.getHttpServer().once('close', () => {
    server.close();
    server.closeIdleConnections();
  });
  server.listen({ port, host, exclusive: true });
  await once(server, 'listening');
}

function forwardedWithoutPorts({ headers }: HttpRequest, _response: Response, next: NextFunction): void {
  const forwarded = headers['x-forwarded-for'];
  if (typeof forwarded === 'string') headers['x-forwarded-for'] = withoutPorts(forwarded);
  next();
}

const nothing = (): boolean => false;

function leaveBodiesToGuards(app: NestExpressApplication, maxBodyBytes: number): void {
  // Parsers that read nothing, since Nest adds its own where there are none.
  app.useBodyParser('json', { type: nothing });
  app.useBodyParser('urlencoded', { type: nothing, extended: false });
  const bodyReader = new BodyReader(maxBodyBytes);
  app.use((request: HttpRequest, _response: Response, next: NextFunction) => {
    request.bodyReader = bodyReader;
    next();
  });
}

function limitServer(server: Server, options: HttpOptions): void {
  server.headersTimeout = options.headersTimeoutMs ?? 10_000;
  server.requestTimeout = options.requestTimeoutMs ?? 60_000;
  server.keepAliveTimeout = options.keepAliveTimeoutMs ?? 65_000;
  server.maxHeadersCount = options.maxHeaders ?? 100;
  // An option of createServer only, which Nest does not pass on; read when the server begins to listen. The default
  // of 30 s would let a slow client stay four times as long as headersTimeout says.
  Object.assign(server, { connectionsCheckingInterval: options.timeoutCheckIntervalMs ?? 2_000 });
  server.on('clientError', clientErrorHandler(options.instance));
}
