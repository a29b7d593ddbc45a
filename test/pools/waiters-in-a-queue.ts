// In a small process: what ten thousand waiters cost the queue itself, without the pool around it.
import { deepEqual } from 'node:assert/strict';
import { SystemClock } from '../../src/common/clock';
import { WaitQueue } from '../../src/pools/wait-queue';
import { longestHold } from '../support/longest-hold';
import type { WaitingCost } from './contract/waiting-cost';

const WAITERS = 10_000;
/** So many come, or are served, in one turn of the event loop. */
const BURST = 500;

async function cost(): Promise<WaitingCost> {
  const queue = new WaitQueue<number>(new SystemClock());
  const order: number[] = [];
  const waiting: Promise<unknown>[] = [];
  const wait = () =>
    queue.wait({ timeoutMs: 60_000, makeTimeoutError: (waitedMs) => new Error(`waited ${waitedMs} ms`) });
  const before = heapBytes();
  const heldByComing = await longestHold(() => inBursts(() => waiting.push(wait().then((value) => order.push(value)))));
  const bytesPerWaiter = (heapBytes() - before) / WAITERS;
  const heldByServing = await longestHold(async () => {
    await inBursts((index) => queue.serve(index));
    await Promise.all(waiting);
  });
  deepEqual(
    order,
    Array.from({ length: WAITERS }, (_, index) => index),
  );
  return { bytesPerWaiter, longestHoldMs: Math.max(heldByComing, heldByServing) };
}

async function inBursts(act: (index: number) => unknown): Promise<void> {
  for (let index = 0; index < WAITERS; index++) {
    act(index);
    if (index % BURST === BURST - 1) await new Promise(setImmediate);
  }
}

function heapBytes(): number {
  globalThis.gc!(); // garbage is not memory in use
  return process.memoryUsage().heapUsed;
}

void cost().then((answer) => process.stdout.write(JSON.stringify(answer)));
