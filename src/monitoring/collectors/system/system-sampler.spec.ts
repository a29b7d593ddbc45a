import { SchedulerRegistry } from '@nestjs/schedule';
import { ManualClock } from '../../../testing/manual-clock';
import { JobRuns } from '../../../jobs/job-runs';
import { JobScheduler } from '../../../jobs/job-scheduler';
import type { ContainerSample } from './cgroup/container-sample';
import type { SystemSample } from './system-sample';
import { SystemSampler } from './system-sampler';

const options = {
  sampleIntervalMs: 10_000,
  retentionMs: 1,
  maxSeriesPerKind: 1,
  maxSeriesPerMetric: 1,
  durationBucketsMs: [1],
  memoryLimitBytes: 1,
  remoteWrite: {},
};
const system = (user: number, idle: number): SystemSample => ({
  cpu: { cpus: 4, allowedCpus: 4, secondsByState: { user, idle } },
  loadAverage1m: undefined,
  memory: undefined,
  disks: [],
  networks: [],
  filesystems: [],
  pressure: {},
});
const container = (limitedUsageSeconds: number, limitCpus: number | undefined): ContainerSample => ({
  version: 2,
  cpu: {
    usageSeconds: 0,
    limitCpus,
    hasQuota: limitCpus !== undefined,
    limitedUsageSeconds,
    periods: 0,
    throttledPeriods: 0,
    throttledSeconds: 0,
  },
  memory: undefined,
  pressure: {},
});

const pinned = (idle: number): SystemSample => ({
  ...system(0, idle),
  cpu: { cpus: 4, allowedCpus: 1, secondsByState: { user: 0, idle } },
});

function sampler(systems: SystemSample[], containers: (ContainerSample | undefined)[]) {
  const clock = new ManualClock();
  const it = new SystemSampler(
    options,
    { sample: () => systems.shift()! },
    { sample: () => containers.shift() },
    clock,
    new JobScheduler(new JobRuns(clock), clock, new SchedulerRegistry()),
  );
  return { clock, sampler: it };
}

function cpuSecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system: kernel } = process.cpuUsage(before);
  return (user + kernel) / 1e6;
}

describe('SystemSampler', () => {
  it('knows shares of CPU from the second sample on', async () => {
    const { clock, sampler: it } = sampler([system(100, 100), system(110, 130)], [undefined, undefined]);
    await it.sample();
    expect(it.latest).toMatchObject({ systemCpuRatio: undefined, containerCpuRatio: undefined });
    clock.advance(10_000);
    await it.sample();
    expect(it.latest!.systemCpuRatio).toBeCloseTo(0.25);
    expect(it.latest!.containerCpuRatio).toBeUndefined();
  });

  it('relates the CPU of a container to its limit', async () => {
    const { clock, sampler: it } = sampler([system(0, 0), system(40, 0)], [container(100, 2), container(118, 2)]);
    await it.sample();
    clock.advance(10_000);
    await it.sample();
    expect(it.latest!.containerCpuRatio).toBeCloseTo(0.9);
  });

  it('says nothing of the limit of a container without one', async () => {
    const none = [container(100, undefined), container(118, undefined)];
    const { clock, sampler: it } = sampler([system(0, 0), system(40, 0)], none);
    await it.sample();
    clock.advance(10_000);
    await it.sample();
    expect(it.latest!.containerCpuRatio).toBeUndefined();
  });

  it('takes an affinity as the limit, where it is tighter, and what this process used of it', async () => {
    const { clock, sampler: it } = sampler([pinned(0), pinned(40)], [container(0, 2), container(18, 2)]);
    const before = process.cpuUsage();
    await it.sample();
    clock.advance(1_000);
    const sampled = process.cpuUsage();
    while (cpuSecondsSince(sampled) < 0.05); // of its own: a busy machine may give the loop no processor
    await it.sample();
    const { cpuLimit, containerCpuRatio, processCpus } = it.latest!;
    expect(cpuLimit).toBe(1);
    expect(containerCpuRatio).toBe(processCpus);
    expect(containerCpuRatio).toBeGreaterThan(0.049);
    expect(containerCpuRatio).toBeLessThanOrEqual(cpuSecondsSince(before));
  });

  it('keeps the reading when two samples are too close to tell shares', async () => {
    const { clock, sampler: it } = sampler([system(0, 0), system(1, 1), system(10, 30)], []);
    await it.sample();
    clock.advance(1);
    await it.sample();
    clock.advance(9_999);
    await it.sample();
    expect(it.latest!.systemCpuRatio).toBeCloseTo(0.25);
  });
});
