import type { Provider } from '@nestjs/common';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../../monitoring.module-definition';
import { locateCgroup } from './cgroup/cgroup-locator';
import type { ContainerSource } from './cgroup/container-sample';
import { LinuxSystem } from './linux-system';
import { PortableSystem } from './portable-system';
import { SmallFileReader } from './small-file-reader';
import type { SystemSource } from './system-sample';

export const SYSTEM_SOURCE = Symbol('SYSTEM_SOURCE');
export const CONTAINER_SOURCE = Symbol('CONTAINER_SOURCE');

/** A recorded system is one of Linux, wherever it is read. */
function readsProc({ systemRoot }: MonitoringOptions): boolean {
  return systemRoot !== undefined || process.platform === 'linux';
}

export const systemSources: Provider[] = [
  {
    provide: SYSTEM_SOURCE,
    inject: [MONITORING_OPTIONS],
    useFactory: (options: MonitoringOptions): SystemSource =>
      readsProc(options) ? new LinuxSystem(new SmallFileReader(options.systemRoot ?? '/')) : new PortableSystem(),
  },
  {
    provide: CONTAINER_SOURCE,
    inject: [MONITORING_OPTIONS],
    useFactory: (options: MonitoringOptions): ContainerSource => {
      const none = { sample: () => undefined };
      return readsProc(options) ? (locateCgroup(new SmallFileReader(options.systemRoot ?? '/')) ?? none) : none;
    },
  },
];
