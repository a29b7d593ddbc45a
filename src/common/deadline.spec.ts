import { stat } from 'node:fs/promises';
import { doneWithin, withDeadline } from './deadline';

const late = () => new Error('too late');

describe('withDeadline', () => {
  it('is the outcome of the work', async () => {
    await expect(withDeadline(() => Promise.resolve(1), 10_000, late)).resolves.toBe(1);
    await expect(withDeadline(() => Promise.reject(new Error('no')), 10_000, late)).rejects.toThrow('no');
  });

  it('ends after the time with the error, which the work gets too', async () => {
    let heeded: unknown;
    const hanging = (signal: AbortSignal) =>
      new Promise<void>(() => signal.addEventListener('abort', () => (heeded = signal.reason)));
    await expect(withDeadline(hanging, 5, late)).rejects.toThrow('too late');
    expect(heeded).toMatchObject({ message: 'too late' });
  });

  it('reads what has come during a stop of the event loop before it calls that too late', async () => {
    await new Promise(setImmediate); // after this phase of the loop come due timers, and only then what is to be read
    const found = withDeadline(() => stat('/'), 20, late);
    const until = performance.now() + 200;
    while (performance.now() < until);
    expect((await found).isDirectory()).toBe(true);
  });

  it('waits without end for what a timer is too short for', async () => {
    const setTimer = jest.spyOn(globalThis, 'setTimeout');
    await expect(withDeadline(() => Promise.resolve(1), Number.POSITIVE_INFINITY, late)).resolves.toBe(1);
    expect(setTimer).not.toHaveBeenCalled();
    setTimer.mockRestore();
  });
});

describe('doneWithin', () => {
  it('says whether the work was done in time, and leaves no timer behind', async () => {
    jest.useFakeTimers();
    const { promise, resolve } = Promise.withResolvers<void>();
    const early = doneWithin(promise, 1_000);
    resolve();
    await expect(early).resolves.toBe(true);
    expect(jest.getTimerCount()).toBe(0);
    const hanging = doneWithin(new Promise(() => undefined), 1_000);
    await jest.advanceTimersByTimeAsync(1_001);
    await expect(hanging).resolves.toBe(false);
    jest.useRealTimers();
  });

  it('rejects as the work does', async () => {
    await expect(doneWithin(Promise.reject(new Error('no')), 1_000)).rejects.toThrow('no');
  });
});
