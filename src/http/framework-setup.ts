import { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { Injectable, type OnModuleInit, SetMetadata } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { keepRouteTemplates } from '../common/fastify-routes';
import { ModuleImportError } from '../common/settings/settings.errors';

/** Where Nest keeps what becomes the `config` of a route of Fastify. */
const FASTIFY_ROUTE_CONFIG = '__fastify_route_config__';
const UNREAD = 'performanceGatewayUnread';
/** A client that sends it itself is read no further either. */
const UNREAD_TYPE = 'application/vnd.performance-gateway.unread';

/**
 * The handler reads the body of its request by itself. Express leaves bodies of types it does not know alone; Fastify
 * would read or refuse them before any guard is asked.
 */
export const ReadsBodyItself = (): MethodDecorator => SetMetadata(FASTIFY_ROUTE_CONFIG, { [UNREAD]: true });

/** What is used of Fastify here: the types of its package are not needed where it is not installed. */
interface FastifyInstance {
  addContentTypeParser(type: string, parser: (request: unknown, payload: unknown, done: Done) => void): unknown;
  addHook(name: string, hook: (request: FastifyRequest, reply: unknown, done: Done) => void): unknown;
}
interface FastifyRequest {
  readonly routeOptions: { readonly config?: Readonly<Record<string, unknown>> };
  headers: Readonly<Record<string, unknown>> | undefined;
}
type Done = (error: null, body: undefined) => void;

/** Prepares the HTTP framework of the application for our routes. */
@Injectable()
export class FrameworkSetup implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  /** @throws ModuleImportError for a framework or a server that our routes cannot answer on */
  onModuleInit(): void {
    const adapter = this.host.httpAdapter;
    if (adapter === undefined) return; // an application without HTTP
    const framework = adapter.getType();
    if (framework !== 'express' && framework !== 'fastify') {
      throw new ModuleImportError(
        `PerformanceModule answers on Express and Fastify, and this application uses "${framework}": create it with ` +
          "ExpressAdapter of '@nestjs/platform-express' or FastifyAdapter of '@nestjs/platform-fastify'",
      );
    }
    const server: unknown = adapter.getHttpServer();
    if (!(server instanceof HttpServer) && !(server instanceof HttpsServer)) {
      throw new ModuleImportError(
        'PerformanceModule answers over HTTP/1.1: create the FastifyAdapter without "http2" and leave HTTP/2 to the ' +
          'proxy in front, or import PerformanceModule in an application of its own',
      );
    }
    keepRouteTemplates(adapter);
    if (framework === 'fastify') leaveBodies(adapter.getInstance<FastifyInstance>());
  }
}

/** Fastify chooses who reads a body by its type, so for our handlers it is told one that nobody reads. */
function leaveBodies(instance: FastifyInstance): void {
  instance.addContentTypeParser(UNREAD_TYPE, (_request, _payload, done) => done(null, undefined));
  instance.addHook('onRequest', (request, _reply, done) => {
    if (request.routeOptions.config?.[UNREAD]) request.headers = { 'content-type': UNREAD_TYPE };
    done(null, undefined);
  });
  instance.addHook('preValidation', (request, _reply, done) => {
    if (request.routeOptions.config?.[UNREAD]) request.headers = undefined;
    done(null, undefined);
  });
}
