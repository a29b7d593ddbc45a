import { locateCgroup } from '../../src/monitoring/collectors/system/cgroup/cgroup-locator';
import { LinuxSystem } from '../../src/monitoring/collectors/system/linux-system';
import { PortableSystem } from '../../src/monitoring/collectors/system/portable-system';
import { SmallFileReader } from '../../src/monitoring/collectors/system/small-file-reader';
import { cpuMsOf } from '../support/cpu-time';

const SAMPLES = 200;

describe('sampling this machine', () => {
  it('takes no time to speak of for everything (bench row system-sample-ms has the bound of 1 ms)', () => {
    const files = new SmallFileReader('/');
    const system = new LinuxSystem(files);
    const container = locateCgroup(files);
    const cpuMs = cpuMsOf(() => {
      for (let sample = 0; sample < SAMPLES; sample++) {
        system.sample();
        container?.sample();
      }
    });
    expect(cpuMs / SAMPLES).toBeLessThan(10);
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
