import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countCpus } from './cpu-list';
import { busyShare, parseCpuTimes } from './cpu-proc';
import { LinuxSystem } from './linux-system';
import { SmallFileReader } from './small-file-reader';

const fixture = (name: string) => new SmallFileReader(join(__dirname, '../../../../test/fixtures/system', name));
const times = (user: number, idle: number, wait: number) => parseCpuTimes(`cpu ${user} 0 0 ${idle} ${wait} 0 0 0\n`)!;

it('knows on how many CPUs a process may run', () => {
  const stat = readFileSync('/proc/stat', 'utf8');
  const pinned = execFileSync('taskset', ['-c', '0', 'cat', '/proc/self/status'], { encoding: 'utf8' });
  expect(parseCpuTimes(stat, pinned)!.allowedCpus).toBe(1);
  expect(parseCpuTimes(stat, 'Cpus_allowed_list:\t0\n')!.allowedCpus).toBe(1);
  expect(countCpus('0-3,8,10-11\n')).toBe(7);
  expect(countCpus('\n')).toBeUndefined();
});

describe('LinuxSystem', () => {
  const sample = new LinuxSystem(fixture('v2-container')).sample();

  it('reads CPU time by state, of all CPUs together', () => {
    expect(sample.cpu).toEqual({
      cpus: 4,
      allowedCpus: 4,
      secondsByState: {
        user: 11.32,
        nice: 0.34,
        system: 14.41,
        idle: 113_117.18,
        wait: 36.75,
        interrupt: 1.27,
        softirq: 4.38,
        steal: 0.12,
      },
    });
    expect(sample.loadAverage1m).toBe(1.52);
  });

  it('splits memory into states that add up to what there is', () => {
    const { totalBytes, availableBytes, bytesByState } = sample.memory!;
    expect(totalBytes).toBe(16_303_436 * 1_024);
    expect(availableBytes).toBe(9_873_884 * 1_024);
    expect(Object.values(bytesByState).reduce((sum, bytes) => sum + bytes, 0)).toBe(totalBytes);
  });

  it('counts whole disks, and a partition only where its disk is missing', () => {
    expect(sample.disks.map(({ device }) => device)).toEqual(['nvme0n1', 'sda', 'xvda1']);
    expect(sample.disks[0]).toEqual({
      device: 'nvme0n1',
      reads: 184_520,
      writes: 902_133,
      readBytes: 9_120_446 * 512,
      writtenBytes: 48_120_544 * 512,
      busySeconds: 512.44,
    });
  });

  it('counts traffic of real interfaces', () => {
    expect(sample.networks).toEqual([
      {
        device: 'eth0',
        receivedBytes: 9_031_207,
        receiveErrors: 2,
        receiveDrops: 3,
        sentBytes: 4_410_022,
        sendErrors: 1,
        sendDrops: 4,
      },
    ]);
  });

  it('asks local file systems once per device, never a network one', () => {
    expect(sample.filesystems.map(({ device, mountpoint, type }) => [device, mountpoint, type])).toEqual([
      ['overlay', '/', 'overlay'],
      ['/dev/nvme0n1p1', '/data files', 'ext4'],
    ]);
    for (const { usedBytes, freeBytes } of sample.filesystems) expect(usedBytes + freeBytes).toBeGreaterThan(0);
  });

  it('reads the pressure the kernel tells', () => {
    expect(sample.pressure).toEqual({ cpu: { some: 5.123456, full: 0 }, memory: { some: 0.001, full: 0.0009 } });
  });

  it('says nothing where there is nothing', () => {
    const empty = new LinuxSystem(fixture('nowhere')).sample();
    expect(empty).toEqual({
      cpu: undefined,
      loadAverage1m: undefined,
      memory: undefined,
      disks: [],
      networks: [],
      filesystems: [],
      pressure: {},
    });
  });
});

describe('busyShare', () => {
  it('counts neither idling nor waiting for disks as work', () => {
    expect(busyShare(times(100, 100, 100), times(400, 500, 400))).toBeCloseTo(0.3);
  });
  it('survives a counter that steps back', () => {
    expect(busyShare(times(100, 100, 100), times(200, 200, 50))).toBeCloseTo(0.5);
  });
  it('does not know when no time went by', () => {
    expect(busyShare(times(1, 1, 1), times(1, 1, 1))).toBeUndefined();
  });
});
