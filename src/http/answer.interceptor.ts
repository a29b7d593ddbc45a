import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor, type Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { mergeMap, type Observable } from 'rxjs';
import type { FrameworkResponse } from './node-message';

// Where Nest keeps what the decorators of a handler said; it does not export these names.
const ROUTE_ARGUMENTS = '__routeArguments__';
const RESPONSE_PASSTHROUGH = '__responsePassthrough__';
const PATH = 'path';
const RESPONSE = 1;
/** Beyond the arguments of any handler. */
const UNUSED_ARGUMENT = 15;

const ANSWERED_HERE = 'performance-gateway:answered-here';

/**
 * Sends what our handlers return before an interceptor of the application gets it, such as one that wraps every answer:
 * clients of these routes know their form. It is the innermost one; the others see a handler that has answered.
 */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(private readonly host: HttpAdapterHost) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (!Reflect.hasMetadata(ANSWERED_HERE, context.getClass(), context.getHandler().name)) return next.handle();
    const response = context.switchToHttp().getResponse<FrameworkResponse & Partial<PromiseLike<void>>>();
    return next.handle().pipe(
      mergeMap(async (body: unknown) => {
        this.host.httpAdapter.reply(response, body);
        // Fastify may send later, after hooks, and would take a handler that has ended before for one without an answer.
        if (typeof response.then === 'function') await (response as PromiseLike<void>);
      }),
    );
  }
}

/** Tells Nest of every handler of the controller that it sends its answer by itself. */
export function answerHere(controller: Type): void {
  for (const name of handlersOf(controller.prototype as object)) {
    const given: Readonly<Record<string, unknown>> = Reflect.getMetadata(ROUTE_ARGUMENTS, controller, name) ?? {};
    const takesResponse = Object.keys(given).some((key) => key.startsWith(`${RESPONSE}:`));
    if (takesResponse && Reflect.getMetadata(RESPONSE_PASSTHROUGH, controller, name) !== true) continue;
    const response = { [`${RESPONSE}:${UNUSED_ARGUMENT}`]: { index: UNUSED_ARGUMENT, data: undefined, pipes: [] } };
    Reflect.defineMetadata(ROUTE_ARGUMENTS, { ...given, ...(takesResponse ? {} : response) }, controller, name);
    Reflect.defineMetadata(RESPONSE_PASSTHROUGH, false, controller, name);
    Reflect.defineMetadata(ANSWERED_HERE, true, controller, name);
  }
}

function* handlersOf(prototype: object): Iterable<string> {
  for (let place = prototype; place !== Object.prototype; place = Object.getPrototypeOf(place) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(place))) {
      if (typeof value === 'function' && Reflect.hasMetadata(PATH, value)) yield name;
    }
  }
}
