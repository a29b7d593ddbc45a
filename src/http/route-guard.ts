import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Inject,
  Injectable,
  Logger,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { lastValueFrom, isObservable } from 'rxjs';
import { ModuleImportError } from '../common/settings/settings.errors';
import { RouteAccess } from './access.decorator';
import { prefersHtml } from './media-type';
import { type FrameworkRequest, nodeRequest } from './node-message';
import { AccessClosedError } from './route-guard.errors';

/** A guard of the application: its class, which the application may provide, or an object. */
export type RouteGuardOption = Type<CanActivate> | CanActivate;

/** Who may call our routes in another application. */
export interface RouteGuardOptions {
  /** `closed`: reads from this machine and no changes; `open`: everything. Guards decide by themselves. */
  readonly access: 'closed' | 'open';
  readonly guards: readonly RouteGuardOption[];
}

export const ROUTE_GUARDS = Symbol('ROUTE_GUARDS');

/** Nest makes this guard twice, as a provider and as what stands before the routes: who may call is said once. */
const announced = new WeakSet<RouteGuardOptions>();

/**
 * Lets a caller in where the application's own guards do, or, without any, where it calls from this machine and
 * changes nothing. Pages and their files, which hold no data, need no guard: a browser has no token before it has them.
 */
@Injectable()
export class RouteGuard implements CanActivate, OnModuleInit {
  private readonly logger = new Logger('PerformanceModule');
  private guards: readonly CanActivate[] = [];

  constructor(
    @Inject(ROUTE_GUARDS) private readonly options: RouteGuardOptions,
    private readonly modules: ModuleRef,
    private readonly reflector: Reflector,
  ) {}

  /** @throws ModuleImportError for a guard that cannot be made */
  async onModuleInit(): Promise<void> {
    this.guards = await Promise.all(this.options.guards.map((guard) => this.instanceOf(guard)));
    if (announced.has(this.options)) return;
    announced.add(this.options);
    this.logger.log(`Routes below /performance and /metrics: ${this.description()}`);
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.guards.length === 0 && this.options.access === 'open') return true;
    const access = this.reflector.getAllAndOverride(RouteAccess, [context.getHandler(), context.getClass()]) ?? 'admin';
    const request = nodeRequest(context.switchToHttp().getRequest<FrameworkRequest>());
    if (this.guards.length === 0) return onlyReadsFromHere(request, access === 'admin');
    if (access === 'public' || (access === 'page' && prefersHtml(request))) return true;
    return this.askGuards(context);
  }

  /** Whether somebody may have what holds no data, such as the page of the dashboard, before any guard is asked. */
  opensPages(request: IncomingMessage): boolean {
    return this.guards.length > 0 || this.options.access === 'open' || isFromHere(request);
  }

  private async askGuards(context: ExecutionContext): Promise<boolean> {
    for (const guard of this.guards) {
      const answer = guard.canActivate(context);
      const letIn = isObservable(answer) ? await lastValueFrom(answer) : await answer;
      if (!letIn) throw new ForbiddenException();
    }
    return true;
  }

  private async instanceOf(guard: RouteGuardOption): Promise<CanActivate> {
    if (typeof guard !== 'function') return guard;
    try {
      return this.modules.get(guard, { strict: false });
    } catch {
      // Not provided anywhere: it is made here.
    }
    try {
      return await this.modules.create(guard);
    } catch (cause) {
      throw new ModuleImportError(
        `PerformanceModule.forRoot(): guards: ${guard.name} cannot be made: provide it in a module of the application, ` +
          `not request-scoped, or give an instance (${(cause as Error).message})`,
      );
    }
  }

  private description(): string {
    const { guards } = this;
    if (guards.length > 0) return `guarded by ${guards.map((guard) => guard.constructor.name).join(', ')}`;
    if (this.options.access === 'open')
      return "left to the guards that the application has for all of its routes (access: 'open')";
    return "closed: reads from this machine only, no changes (give forRoot() guards, or say access: 'open')";
  }
}

/** @throws AccessClosedError */
function onlyReadsFromHere(request: IncomingMessage, changes: boolean): true {
  if (changes) throw new AccessClosedError('Changes need a guard, and this application gave none');
  if (!isFromHere(request)) throw new AccessClosedError('Without a guard only this machine may read');
  return true;
}

/**
 * Whether a program of this machine asks for itself: not a proxy for somebody else, nor a browser for a page whose name
 * was made to point here (DNS rebinding).
 */
function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  if (address !== '::1' && !address.startsWith('127.')) return false;
  if (['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => headers[name] !== undefined)) return false;
  const host = (headers.host ?? '').replace(/:\d{0,5}$/, '').replace(/^\[|\]$/g, '');
  return host === 'localhost' || isIP(host) !== 0;
}
