import { EventEmitter } from 'node:events';
import { currentRequest, runInRequest } from '../common/request-context';
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
  if (emitter[CONTEXT] === undefined) {
    if (Object.hasOwn(emitter, 'emit')) emitter[EMIT] = emitter.emit;
    emitter.emit = guardedEmit;
  }
  emitter[CONTEXT] = context;
}

function guardedEmit(this: GuardedEmitter, ...event: Parameters<Emit>): boolean {
  const context = this[CONTEXT]!;
  const emit = this[EMIT] ?? EventEmitter.prototype.emit;
  try {
    // Most events have no listener; to enter a context costs more than to look.
    if (currentRequest() === context || this.listenerCount(event[0]) === 0) return Reflect.apply(emit, this, event);
    return runInRequest(context, () => Reflect.apply(emit, this, event));
  } catch (error) {
    requestFailed(context, 'listener', error);
    return true;
  } finally {
    if (event[0] === 'close' && this === context.response) context.response = undefined;
  }
}
