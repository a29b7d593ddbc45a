import { ManualClock } from '../testing/manual-clock';
import { LatencyHistogram } from './latency-histogram';
import { LoopSlices, runInSlices } from './loop-slices';

/** Steps of one millisecond; every third one yields true. */
function* steps(count: number, clock: ManualClock): Generator<boolean, void> {
  for (let step = 0; step < count; step++) {
    clock.advance(1);
    yield step % 3 === 0;
  }
}

describe('LoopSlices', () => {
  it('goes on at once within its slice, and lets others run after it', async () => {
    const clock = new ManualClock();
    const slices = new LoopSlices(clock, { sliceMs: 2 });
    clock.advance(1);
    expect(slices.pause()).toBeUndefined();
    clock.advance(1);
    let others = 0;
    setImmediate(() => others++);
    await slices.pause();
    expect(others).toBe(1);
    expect(slices.pause()).toBeUndefined();
  });

  it('records how long each slice held the loop, without the time of the others', async () => {
    const clock = new ManualClock();
    const durations = new LatencyHistogram();
    const slices = new LoopSlices(clock, { sliceMs: 2, durations });
    clock.advance(3);
    setImmediate(() => clock.advance(100));
    await slices.pause();
    clock.advance(1);
    slices.end();
    expect(durations).toMatchObject({ count: 2, sumMs: 4, maxMs: 3 });
  });
});

describe('runInSlices', () => {
  it('answers how many steps yielded true', async () => {
    const clock = new ManualClock();
    expect(await runInSlices(steps(300, clock), 1_000, clock)).toBe(100);
    expect(await runInSlices(steps(0, clock), 1_000, clock)).toBe(0);
  });

  it('begins before it returns, and lets others run between slices', async () => {
    const clock = new ManualClock();
    let taken = 0;
    const job = (function* () {
      for (const step of steps(320, clock)) {
        taken++;
        yield step;
      }
    })();
    const done = runInSlices(job, 32, clock);
    expect(taken).toBe(32);
    await new Promise(setImmediate);
    expect(taken).toBe(64);
    await done;
    expect(taken).toBe(320);
  });
});
