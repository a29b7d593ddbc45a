import type { SchedulerRegistry } from '@nestjs/schedule';
import type { CronJob } from 'cron';
import type { Clock } from '../common/clock';
import { ClockWatch } from '../common/clock-watch';
import { optionalPackage } from '../common/optional-package';
import { JobSetupError } from './job.errors';
import type { Job } from './job';

const cronPackage = optionalPackage('cron', 'A job by cron', () => require('cron') as typeof import('cron'));

const LONGEST_TIMER_MS = 0x7fff_ffff;

/** Called for every run that is due; `slept` is how many before it were slept through. */
export type Fire = (dueMs: number, slept: number) => void;

/**
 * Calls `fire` on the job's schedule from now on. The timer is in the registry of @nestjs/schedule.
 * @returns a function that ends it
 */
export function startTrigger(job: Job, registry: SchedulerRegistry, clock: Clock, fire: Fire): () => void {
  if ('cron' in job) return startCron(job.name, job.cron, registry, clock, fire);
  const { name, everyMs, aligned } = job;
  if (!Number.isFinite(everyMs) || everyMs < 1 || everyMs > LONGEST_TIMER_MS) {
    throw new JobSetupError(`everyMs of the job "${name}" is ${everyMs}; it must be 1 to ${LONGEST_TIMER_MS} ms`);
  }
  return aligned
    ? startAligned(name, everyMs, registry, clock, fire)
    : startInterval(name, everyMs, registry, clock, fire);
}

function startInterval(name: string, everyMs: number, registry: SchedulerRegistry, clock: Clock, fire: Fire) {
  const timer = setInterval(() => fire(clock.now(), 0), everyMs);
  timer.unref();
  registry.addInterval(name, timer);
  return () => {
    if (registry.doesExist('interval', name)) registry.deleteInterval(name);
  };
}

function startCron(name: string, cronTime: string, registry: SchedulerRegistry, clock: Clock, fire: Fire) {
  const cron = cronPackage();
  let cronJob: CronJob;
  try {
    cronJob = cron.CronJob.from({ cronTime, onTick: () => fire(clock.now(), 0), start: true, unrefTimeout: true });
  } catch (error) {
    throw new JobSetupError(`the cron "${cronTime}" of the job "${name}" is not a cron expression`, { cause: error });
  }
  registry.addCronJob(name, cronJob);
  return () => {
    if (registry.doesExist('cron', name)) registry.deleteCronJob(name);
  };
}

function startAligned(name: string, everyMs: number, registry: SchedulerRegistry, clock: Clock, fire: Fire) {
  let lastMs: number | undefined;
  const watch = new ClockWatch(clock);
  const stop = () => {
    if (registry.doesExist('timeout', name)) registry.deleteTimeout(name);
  };
  const arm = () => {
    const now = clock.now();
    const nextMs = Math.floor(now / everyMs + 1) * everyMs;
    const timer = setTimeout(() => {
      stop();
      const stepMs = watch.look();
      const latestMs = Math.floor(clock.now() / everyMs) * everyMs;
      // A timer may fire a moment early, and long after its time when the process was stopped.
      const dueMs = stepMs === 0 ? Math.max(nextMs, latestMs) : latestMs;
      // By the clock of now: it may have been set back, and the next run is due as long after the last one as ever.
      const before = lastMs === undefined ? dueMs - everyMs : lastMs + stepMs;
      lastMs = Math.max(dueMs, before);
      arm();
      if (dueMs > before) fire(dueMs, Math.max(0, Math.round((dueMs - before) / everyMs) - 1));
    }, nextMs - now);
    timer.unref();
    registry.addTimeout(name, timer);
  };
  arm();
  return stop;
}
