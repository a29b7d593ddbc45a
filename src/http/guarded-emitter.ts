import type { EventEmitter } from 'node:events';
import { runInRequest } from '../common/request-context';
import type { HttpContext } from './http-context';
import { requestFailed } from './request-failure';

const CONTEXT = Symbol('http context');
const EMIT = Symbol('emit without a guard');

type Emit = EventEmitter['emit'];
type GuardedEmitter = EventEmitter & { [CONTEXT]?: HttpContext; [EMIT]?: Emit };

/**
 * Makes listeners of this emitter run for the request. Node calls those of a connection outside of any request, so that
 * an error of theirs would belong to nobody and end the process.
 */
export function guardEmitter(emitter: GuardedEmitter, context: HttpContext): void {
  // A connection has many requests, one after the other.
  if (emitter[EMIT] === undefined) {
    emitter[EMIT] = emitter.emit;
    emitter.emit = guardedEmit;
  }
  emitter[CONTEXT] = context;
}

function guardedEmit(this: GuardedEmitter, event: string | symbol, ...values: unknown[]): boolean {
  const context = this[CONTEXT]!;
  try {
    return runInRequest(context, () => Reflect.apply(this[EMIT]!, this, [event, ...values]) as boolean);
  } catch (error) {
    requestFailed(context, 'listener', error);
    return true;
  } finally {
    if (event === 'close' && this === context.response) context.response = undefined;
  }
}
