import { Logger } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { ManualClock } from '../testing/manual-clock';
import type { Job, JobRun, JobSchedule } from './job';
import { JobRuns } from './job-runs';
import { JobScheduler } from './job-scheduler';
import { Leader } from './leader';

const START = 1_700_000_000_000;

function setUp(leader?: Leader) {
  jest.useFakeTimers({ now: START + 3_210 });
  const clock = new ManualClock(START + 3_210);
  const registry = new SchedulerRegistry();
  const runs = new JobRuns(clock);
  const scheduler = new JobScheduler(runs, clock, registry, leader);
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      clock.advance(10);
      await jest.advanceTimersByTimeAsync(10);
    }
  };
  const add = (schedule: JobSchedule, run: Job['run'] = () => undefined, rest: Partial<Job> = {}) =>
    scheduler.add({ name: 'job', run, ...schedule, ...rest } as Job);
  /** The job with what it was due at, from the start on. */
  const recorded = (schedule: JobSchedule, rest: Partial<Job> = {}) => {
    const due: number[] = [];
    add(schedule, ({ dueMs }) => void due.push(dueMs - START), rest);
    return due;
  };
  return { clock, registry, runs, scheduler, pass, add, recorded };
}

describe('JobScheduler', () => {
  let warn: jest.SpyInstance;
  const warned = (): unknown[] => warn.mock.calls.map(([message]) => message);
  beforeEach(() => (warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation()));
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('runs a job every so many ms from its start on', async () => {
    const { pass, recorded, registry } = setUp();
    const due = recorded({ everyMs: 10_000 });
    await pass(10_000);
    await pass(10_000);
    expect(due).toEqual([13_210, 23_210]);
    expect(registry.getIntervals()).toEqual(['job']);
  });

  it('runs a job by cron', async () => {
    const { pass, recorded, registry } = setUp();
    const due = recorded({ cron: '*/5 * * * * *' });
    await pass(1_790);
    await pass(5_000);
    expect(due).toHaveLength(2);
    expect([...registry.getCronJobs().keys()]).toEqual(['job']);
  });

  it('runs a job whose moment comes while it is being added', async () => {
    const { pass, recorded } = setUp();
    // What a machine that is slow between two of its instructions makes of `start`.
    jest.spyOn(CronJob.prototype, 'start').mockImplementation(function (this: CronJob) {
      void this.fireOnTick();
    });
    const due = recorded({ cron: '* * * * * *' });
    await pass(10);
    expect(due).toEqual([3_210]);
  });

  it('runs an aligned job at whole multiples, whenever it was started', async () => {
    const { pass, recorded } = setUp();
    const due = recorded({ everyMs: 10_000, aligned: true });
    await pass(6_790);
    await pass(10_000);
    expect(due).toEqual([10_000, 20_000]);
  });

  it('keeps the multiples when a run comes late, and counts what was slept through', async () => {
    const { pass, clock, recorded, runs } = setUp();
    const due = recorded({ everyMs: 10_000, aligned: true });
    await pass(6_790);
    clock.advance(2_500);
    await pass(10_000);
    expect(due).toEqual([10_000, 20_000]);
    clock.advance(31_000);
    await pass(7_500);
    expect(due).toEqual([10_000, 20_000, 60_000]);
    expect(runs.get('job')!.skipped).toBe(3);
  });

  it.each([-3_600_000, 3_600_000, -3_605_000, 86_400_000 + 7, -9_000, 12_000])(
    'runs an aligned job as often when the clock is set by %d ms, at multiples of the new time',
    async (stepMs) => {
      const { clock, pass, recorded, runs } = setUp();
      const due = recorded({ everyMs: 10_000, aligned: true });
      await pass(60_000);
      expect(due).toHaveLength(6);
      clock.step(stepMs);
      await pass(60_000);
      const after = due.slice(6);
      expect(after.length).toBeGreaterThanOrEqual(5);
      expect(after.length).toBeLessThanOrEqual(7);
      for (const [i, dueMs] of after.entries()) {
        expect((START + dueMs) % 10_000).toBe(0);
        if (i > 0) expect(dueMs - after[i - 1]!).toBe(10_000);
      }
      expect(Math.abs(START + after.at(-1)! - clock.now())).toBeLessThanOrEqual(10_000);
      expect(runs.get('job')!.skipped).toBe(0);
    },
  );

  it.each([{ everyMs: 10_000 }, { everyMs: 10_000, aligned: true }, { cron: '*/10 * * * * *' }])(
    'never lets two runs overlap, counts those left out, and waits for the one under way when it ends (%j)',
    async (schedule) => {
      let finish: (() => void) | undefined;
      let signal: AbortSignal | undefined;
      let running = 0;
      let most = 0;
      const { pass, add, scheduler, registry, runs } = setUp();
      add(schedule, async (run: JobRun) => {
        signal = run.signal;
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => (finish = resolve));
        running--;
      });
      await pass(10_000);
      await pass(10_000);
      await pass(10_000);
      expect([most, running, runs.get('job')!.skipped, runs.get('job')!.running]).toEqual([1, 1, 2, 1]);
      const ending = scheduler.beforeApplicationShutdown();
      expect([registry.getTimeouts(), registry.getIntervals(), registry.getCronJobs().size]).toEqual([[], [], 0]);
      expect(signal!.aborted).toBe(true);
      finish!();
      await ending;
      expect(running).toBe(0);
      expect(warned()).toEqual([]);
      await pass(30_000);
      expect([most, running]).toEqual([1, 0]);
    },
  );

  it('does not wait for ever for a run that does not end, and names it', async () => {
    const { pass, add, scheduler } = setUp();
    add({ everyMs: 1_000 }, () => new Promise(() => {}));
    await pass(1_000);
    const ending = scheduler.beforeApplicationShutdown();
    await pass(4_010); // the deadline, and the turn of the loop after it
    await ending;
    expect(warned()).toEqual([expect.stringMatching(/4000 ms were not enough for: job$/)]);
  });

  it('goes on after a run that failed, and says so once until one succeeds', async () => {
    const { pass, add, runs } = setUp();
    const outcomes = [false, false, true, false];
    const run = async () => {
      if (!outcomes.shift()) throw new Error('broken');
    };
    add({ everyMs: 1_000 }, run, { failure: 'The moon could not be seen' });
    for (let i = 1; i <= 4; i++) await pass(1_000);
    expect(runs.get('job')).toMatchObject({ failures: 3, lastFailed: true });
    expect(warned()).toEqual(Array(2).fill('The moon could not be seen: Error: broken'));
  });

  it('runs a job that is asked for at once, and joins the run under way', async () => {
    const { add } = setUp();
    let calls = 0;
    const job = add({ everyMs: 1_000 }, async () => void calls++);
    await Promise.all([job.runNow(), job.runNow()]);
    expect(calls).toBe(1);
    await job.stop();
    await job.runNow();
    expect(calls).toBe(1);
  });

  it('has no figures any more of a job that has done what it was for', async () => {
    const { pass, add, runs } = setUp();
    let times = 0;
    const job = add({ everyMs: 1_000 }, () => {
      times++;
      if (times === 2) void job.finish();
    });
    await pass(1_000);
    expect(runs.get('job')).toMatchObject({ lastFailed: false });
    await pass(5_000);
    expect(times).toBe(2);
    expect([...runs.all()]).toEqual([]);
  });

  it('asks before each run whether this copy leads, where one copy is enough', async () => {
    class Elections extends Leader {
      readonly asked: string[] = [];
      async leads(name: string): Promise<boolean> {
        return this.asked.push(name) > 1;
      }
    }
    const leader = new Elections();
    const { pass, recorded, runs } = setUp(leader);
    const due = recorded({ everyMs: 1_000 }, { copies: 'one' });
    const everywhere = recorded({ everyMs: 1_000 }, { name: 'everywhere' });
    await pass(1_000);
    expect([due, everywhere, runs.get('job')!.durations.count]).toEqual([[], [4_210], 0]);
    await pass(1_000);
    expect([due, leader.asked]).toEqual([[5_210], ['job', 'job']]);
  });

  it.each([
    [{ everyMs: 0 }, 'everyMs of the job "job" is 0; it must be 1 to 2147483647 ms'],
    [{ everyMs: NaN }, 'everyMs of the job "job" is NaN'],
    [{ everyMs: 2 ** 31 }, 'everyMs of the job "job" is 2147483648'],
    [{ cron: 'every day' }, 'the cron "every day" of the job "job" is not a cron expression'],
  ])('refuses the schedule %j', (schedule, message) => {
    expect(() => setUp().add(schedule)).toThrow(message);
  });

  it('refuses a second job of one name, and any job without ScheduleModule', () => {
    const { add, runs, clock } = setUp();
    add({ everyMs: 1_000 });
    expect(() => add({ everyMs: 2_000 })).toThrow('there are two jobs "job"; rename one of them');
    const bare = new JobScheduler(runs, clock);
    expect(bare.isAvailable).toBe(false);
    expect(() => bare.add({ name: 'tick', everyMs: 1, run: () => undefined })).toThrow(
      `the job "tick" has nothing to run it: add ScheduleModule.forRoot() of '@nestjs/schedule' to the imports`,
    );
  });
});
