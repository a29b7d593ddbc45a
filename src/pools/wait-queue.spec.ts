import { join } from 'node:path';
import type { WaitingCost } from '../../test/pools/contract/waiting-cost';
import { inSmallProcess } from '../../test/support/small-process';
import { SystemClock } from '../common/clock';
import { WaitQueue } from './wait-queue';

const clock = new SystemClock();
const forever = { timeoutMs: 60_000, makeTimeoutError: (waitedMs: number) => new Error(`waited ${waitedMs}`) };

describe('WaitQueue', () => {
  it('serves in order, also when waiters leave from the middle', async () => {
    const queue = new WaitQueue<number>(clock);
    const controllers = Array.from({ length: 5 }, () => new AbortController());
    const order: number[] = [];
    const waiting = controllers.map(({ signal }, index) =>
      queue.wait({ ...forever, signal }).then(
        () => order.push(index),
        () => undefined,
      ),
    );
    for (const index of [0, 2, 4]) controllers[index]!.abort();
    expect(queue.size).toBe(2);
    queue.serve(1);
    queue.serve(2);
    expect(queue.serve(3)).toBeUndefined();
    await Promise.all(waiting);
    expect(order).toEqual([1, 3]);
  });

  it('holds no listener on a signal after the waiter was served', async () => {
    const queue = new WaitQueue<number>(clock);
    const { signal } = new AbortController();
    const remove = jest.spyOn(signal, 'removeEventListener');
    const lease = queue.wait({ ...forever, signal });
    queue.serve(7);
    expect(await lease).toBe(7);
    expect(remove).toHaveBeenCalledTimes(1);
  });

  it('takes nobody in whose signal has fired', async () => {
    const queue = new WaitQueue<number>(clock);
    await expect(queue.wait({ ...forever, signal: AbortSignal.abort('gone') })).rejects.toBe('gone');
    expect(queue.size).toBe(0);
  });

  it('keeps 10,000 waiters in order, in little memory and without holding the loop', async () => {
    const script = join(__dirname, '../../test/pools/waiters-in-a-queue.ts');
    const { bytesPerWaiter, longestHoldMs } = await inSmallProcess<WaitingCost>(script);
    expect(bytesPerWaiter).toBeLessThan(3_000);
    // The promise is 50 ms, judged by the benchmark, where nothing else runs.
    expect(longestHoldMs).toBeLessThan(500);
  }, 150_000);
});
