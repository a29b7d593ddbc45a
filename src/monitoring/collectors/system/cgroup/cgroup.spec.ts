import { join } from 'node:path';
import { SmallFileReader } from '../small-file-reader';
import { locateCgroup } from './cgroup-locator';

const sampleOf = (name: string) =>
  locateCgroup(new SmallFileReader(join(__dirname, '../../../../../test/fixtures/system', name)))?.sample();

describe('the control group of this process', () => {
  it('is read from version 2: limits, throttling, working set, pressure', () => {
    expect(sampleOf('v2-container')).toEqual({
      version: 2,
      cpu: {
        usageSeconds: 734.091829,
        limitCpus: 1.5,
        hasQuota: true,
        limitedUsageSeconds: 734.091829,
        periods: 45_210,
        throttledPeriods: 312,
        throttledSeconds: 18.200345,
      },
      memory: { usageBytes: 402_653_184, workingSetBytes: 268_435_456, limitBytes: 536_870_912, oomKills: 1 },
      pressure: {
        cpu: { some: 42, full: 7 },
        memory: { some: 0.25, full: 0.15 },
        io: { some: 3, full: 2.5 },
      },
    });
  });

  it('has the tightest limit of the groups above it, with the usage and throttling of the group that has it', () => {
    const { cpu, memory } = sampleOf('v2-nested')!;
    expect(cpu).toEqual({
      usageSeconds: 20,
      limitCpus: 0.5,
      hasQuota: true,
      limitedUsageSeconds: 60,
      periods: 900,
      throttledPeriods: 90,
      throttledSeconds: 4.5,
    });
    expect(memory).toEqual({
      usageBytes: 100_000_000,
      workingSetBytes: 70_000_000,
      limitBytes: 268_435_456,
      oomKills: undefined,
    });
  });

  it('is read from version 1, also when its path is that of the host', () => {
    expect(sampleOf('v1-container')).toEqual({
      version: 1,
      cpu: {
        usageSeconds: 123.456789012,
        limitCpus: 0.5,
        hasQuota: true,
        limitedUsageSeconds: 123.456789012,
        periods: 5_000,
        throttledPeriods: 250,
        throttledSeconds: 9.87654321,
      },
      memory: { usageBytes: 314_572_800, workingSetBytes: 230_686_720, limitBytes: 419_430_400, oomKills: 3 },
      pressure: {},
    });
  });

  it('has no limits where version 1 says -1 and the largest number', () => {
    const { cpu, memory } = sampleOf('v1-unlimited')!;
    expect(cpu).toMatchObject({ usageSeconds: 5, limitCpus: undefined });
    expect(memory).toMatchObject({ usageBytes: 1_000_000, limitBytes: undefined });
  });

  it.each([
    ['v2-cpuset', 'version 2', { limitCpus: 2, hasQuota: false, limitedUsageSeconds: 30 }],
    ['v2-cpuset-and-quota', 'a looser quota', { limitCpus: 1, hasQuota: true, limitedUsageSeconds: 30 }],
    ['v1-cpuset', 'version 1', { limitCpus: 3, hasQuota: false, limitedUsageSeconds: 40 }],
  ])('has the CPUs of its cpuset as a limit (%s: %s)', (name, _, cpu) => {
    expect(sampleOf(name)!.cpu).toMatchObject(cpu);
  });

  it('has no CPU of its own where only its memory is limited, and the rest is the root of version 1', () => {
    expect(sampleOf('v1-memory-only')).toMatchObject({ cpu: undefined, memory: { limitBytes: 419_430_400 } });
  });

  it.each(['v2-host-root', 'v1-host-root', 'nowhere'])('is not there on %s', (name) => {
    expect(sampleOf(name)).toBeUndefined();
  });
});
