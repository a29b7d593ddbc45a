import { locateCgroup } from '../../src/monitoring/collectors/system/cgroup/cgroup-locator';
import { LinuxSystem } from '../../src/monitoring/collectors/system/linux-system';
import { PortableSystem } from '../../src/monitoring/collectors/system/portable-system';
import { SmallFileReader } from '../../src/monitoring/collectors/system/small-file-reader';

describe('sampling this machine', () => {
  it('takes no time to speak of for everything (bench row system-sample-ms has the bound of 1 ms)', () => {
    const files = new SmallFileReader('/');
    const system = new LinuxSystem(files);
    const container = locateCgroup(files);
    const durations = Array.from({ length: 200 }, () => {
      const startedAt = performance.now();
      system.sample();
      container?.sample();
      return performance.now() - startedAt;
    }).toSorted((a, b) => a - b);
    expect(durations[100]).toBeLessThan(10);
  });

  it('sees the machine', () => {
    const { cpu, memory, filesystems } = new LinuxSystem(new SmallFileReader('/')).sample();
    expect(cpu!.cpus).toBeGreaterThan(0);
    expect(memory!.availableBytes).toBeLessThan(memory!.totalBytes);
    expect(filesystems.length).toBeGreaterThan(0);
  });

  it('sees the same machine through systeminformation, which other systems need', async () => {
    const { cpu, memory } = new LinuxSystem(new SmallFileReader('/')).sample();
    const portable = await new PortableSystem().sample();
    expect(portable.cpu!.cpus).toBe(cpu!.cpus);
    expect(portable.memory!.totalBytes / memory!.totalBytes).toBeCloseTo(1, 1);
    expect(portable.cpu!.secondsByState['user']).toBeGreaterThan(0);
  }, 20_000);
});
