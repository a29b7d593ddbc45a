import { Logger } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { ManualClock } from '../../testing/manual-clock';
import { JobRuns } from '../jobs/job-runs';
import type { MonitoringOptions } from '../monitoring.module-definition';
import type { SeriesSampler } from './series-sampler';
import { TickScheduler } from './tick-scheduler';

const START = 1_700_000_000_000;

function setUp(tick: (timestampMs: number) => Promise<void>) {
  jest.useFakeTimers();
  const clock = new ManualClock(START + 3_210);
  const schedule = new SchedulerRegistry();
  const scheduler = new TickScheduler(
    { sampleIntervalMs: 10_000 } as MonitoringOptions,
    { tick } as unknown as SeriesSampler,
    clock,
    schedule,
    new JobRuns(clock),
  );
  scheduler.onApplicationBootstrap();
  const pass = async (ms: number) => {
    clock.advance(ms);
    await jest.advanceTimersByTimeAsync(ms);
  };
  return { clock, schedule, scheduler, pass };
}

describe('TickScheduler', () => {
  beforeAll(() => Logger.overrideLogger(false));
  afterEach(() => jest.useRealTimers());

  it('ticks on whole multiples of the interval, whenever it was started', async () => {
    const ticks: number[] = [];
    const { pass, scheduler } = setUp(async (ms) => void ticks.push(ms - START));
    await pass(6_790);
    await pass(10_000);
    expect(ticks).toEqual([10_000, 20_000]);
    await scheduler.onApplicationShutdown();
  });

  it('keeps the grid when a tick comes late, and counts what was slept through', async () => {
    const ticks: number[] = [];
    const { pass, clock, scheduler } = setUp(async (ms) => void ticks.push(ms - START));
    await pass(6_790);
    clock.advance(2_500);
    await pass(10_000);
    expect(ticks).toEqual([10_000, 20_000]);
    clock.advance(31_000);
    await pass(7_500);
    expect(ticks).toEqual([10_000, 20_000, 60_000]);
    expect(scheduler.missedTicks).toBe(3);
    await scheduler.onApplicationShutdown();
  });

  it('never lets two ticks overlap, and waits for the one under way when it stops', async () => {
    let finish: (() => void) | undefined;
    let running = 0;
    let most = 0;
    const { pass, scheduler, schedule } = setUp(async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => (finish = resolve));
      running--;
    });
    await pass(6_790);
    await pass(10_000);
    await pass(10_000);
    expect([most, running, scheduler.missedTicks]).toEqual([1, 1, 2]);
    const stopping = scheduler.onApplicationShutdown();
    expect(schedule.getTimeouts()).toEqual([]);
    finish?.();
    await stopping;
    expect(running).toBe(0);
  });

  it('goes on after a tick that failed', async () => {
    let calls = 0;
    const { pass, scheduler } = setUp(async () => {
      if (++calls === 1) throw new Error('broken');
    });
    await pass(6_790);
    await pass(10_000);
    expect(calls).toBe(2);
    await scheduler.onApplicationShutdown();
  });
});
