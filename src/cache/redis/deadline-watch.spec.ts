import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { DeadlineWatch, type Watched } from './deadline-watch';

describe('the watch over deadlines', () => {
  const watch = new DeadlineWatch();
  const late: string[] = [];
  const within = (ms: number, name: string): Watched => {
    const watched = {
      until: performance.now() + ms,
      onTimeout: () => {
        watch.remove(watched);
        late.push(name);
      },
      postponed: 0,
      at: 0,
    };
    watch.add(watched);
    return watched;
  };
  const lateAfter = (ms: number): readonly string[] => {
    jest.advanceTimersByTime(ms);
    return late;
  };
  beforeEach(() => late.splice(0));
  afterAll(() => watch.close());

  it('calls each one after its deadline and not before, in whatever order they were added', () => {
    jest.useFakeTimers();
    within(120, 'third');
    within(20, 'first');
    within(60, 'second');
    watch.remove(within(40, 'answered'));
    expect(lateAfter(19)).toEqual([]);
    expect(lateAfter(2)).toEqual(['first']);
    expect(lateAfter(38)).toEqual(['first']);
    expect(lateAfter(2)).toEqual(['first', 'second']);
    expect(lateAfter(58)).toEqual(['first', 'second']);
    expect(lateAfter(2)).toEqual(['first', 'second', 'third']);
    jest.useRealTimers();
  });

  it('goes on after all were answered, and after one timed out', async () => {
    watch.remove(within(5, 'answered'));
    await sleep(20);
    within(5, 'late');
    while (late.length === 0) await sleep(1);
    within(5, 'later');
    while (late.length === 1) await sleep(1);
    expect(late).toEqual(['late', 'later']);
  });

  it('sets one timer for a thousand commands with the same timeout', () => {
    const setTimer = jest.spyOn(globalThis, 'setTimeout');
    const commands = Array.from({ length: 1_000 }, () => within(1_000, 'never'));
    for (const command of commands) watch.remove(command);
    expect(setTimer.mock.calls.length).toBeLessThanOrEqual(1);
    setTimer.mockRestore();
  });

  it('puts off what is over when the process stood still, but not for ever', () => {
    jest.useFakeTimers();
    const one = within(100, 'late');
    for (let n = 0; n < 3; n++) {
      jest.spyOn(performance, 'now').mockReturnValueOnce(one.until + 200);
      jest.advanceTimersByTime(n === 0 ? 101 : 201);
      expect(late).toEqual([]);
    }
    jest.advanceTimersByTime(1_000);
    expect(late).toEqual(['late']);
    jest.useRealTimers();
  });

  it('does not count as late what was answered while the loop was held', async () => {
    const worker = new Worker(
      'require("node:worker_threads").parentPort.on("message", (m) => { require("node:worker_threads").parentPort.postMessage(m); })',
      { eval: true },
    );
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker of Node has no origin
    worker.postMessage('warm');
    await once(worker, 'message');
    const asked = within(20, 'held');
    worker.once('message', () => watch.remove(asked));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker of Node has no origin
    worker.postMessage('now');
    const until = performance.now() + 150;
    while (performance.now() < until);
    await sleep(50);
    expect(late).toEqual([]);
    await worker.terminate();
  });
});
