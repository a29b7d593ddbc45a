import { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { Inject, Injectable, type OnModuleInit, SetMetadata, type Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { keepRouteTemplates } from '../common/fastify-routes';
import { ModuleImportError } from '../common/settings/settings.errors';
import { BodyReader } from './body/body-reader';

/** Where Nest keeps what becomes the `config` of a route of Fastify. */
const FASTIFY_ROUTE_CONFIG = '__fastify_route_config__';
const READER = 'performanceGatewayBodyReader';
/** A client that sends it itself is read no further either. */
const UNREAD_TYPE = 'application/vnd.performance-gateway.unread';

/** Who reads the body of a request on Fastify, instead of Fastify's parsers: the handler, or the last of our guards. */
type Reader = 'handler' | 'guard';

/** The largest body of JSON or form fields that the guard reads. */
const MAX_BODY_BYTES = 1_048_576;

/**
 * The handler reads the body of its request by itself. Express leaves bodies of types it does not know alone; Fastify
 * would read or refuse them before any guard is asked.
 */
export const ReadsBodyItself = (): MethodDecorator => SetMetadata(FASTIFY_ROUTE_CONFIG, { [READER]: 'handler' });

/** Of each other handler the last of our guards reads the body, where the routes have our guards at all. */
export function markBodies(controllers: readonly Type[]): void {
  for (const { prototype } of controllers as readonly { readonly prototype: object }[]) {
    for (const { value } of Object.values(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value !== 'function' || Reflect.hasMetadata(FASTIFY_ROUTE_CONFIG, value)) continue;
      Reflect.defineMetadata(FASTIFY_ROUTE_CONFIG, { [READER]: 'guard' }, value);
    }
  }
}

/** Whether our routes have our guards, as `httpDefaults` says. */
export const GUARDED_BODIES = Symbol('GUARDED_BODIES');

/** What is used of Fastify here: the types of its package are not needed where it is not installed. */
interface FastifyInstance {
  addContentTypeParser(type: string, parser: (request: unknown, payload: unknown, done: Done) => void): unknown;
  addHook(name: string, hook: (request: FastifyRequest, reply: unknown, done: Done) => void): unknown;
}
interface FastifyRequest {
  readonly routeOptions: { readonly config?: Readonly<Record<string, unknown>> };
  headers: Readonly<Record<string, unknown>> | undefined;
  bodyReader?: BodyReader;
}
type Done = (error: null, body: undefined) => void;

/** Prepares the HTTP framework of the application for our routes. */
@Injectable()
export class FrameworkSetup implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(GUARDED_BODIES) private readonly guarded: boolean,
  ) {}

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
    if (framework === 'fastify') leaveBodies(adapter.getInstance<FastifyInstance>(), this.guarded);
  }
}

/** Fastify chooses who reads a body by its type, so for our handlers it is told one that nobody reads. */
function leaveBodies(instance: FastifyInstance, guarded: boolean): void {
  const bodyReader = new BodyReader(MAX_BODY_BYTES);
  const readerOf = ({ routeOptions }: FastifyRequest): Reader | undefined => {
    const reader = routeOptions.config?.[READER] as Reader | undefined;
    return reader === 'guard' && !guarded ? undefined : reader;
  };
  instance.addContentTypeParser(UNREAD_TYPE, (_request, _payload, done) => done(null, undefined));
  instance.addHook('onRequest', (request, _reply, done) => {
    const reader = readerOf(request);
    if (reader !== undefined) request.headers = { 'content-type': UNREAD_TYPE };
    if (reader === 'guard') request.bodyReader = bodyReader;
    done(null, undefined);
  });
  instance.addHook('preValidation', (request, _reply, done) => {
    if (readerOf(request) !== undefined) request.headers = undefined;
    done(null, undefined);
  });
}
