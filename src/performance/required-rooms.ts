import type { FactoryProvider, InjectionToken } from '@nestjs/common';
import { ModuleImportError } from '../common/settings/settings.errors';
import { AlertsService } from '../alerting';
import { CacheService } from '../cache';
import { MonitoringHealth } from '../monitoring/internal';
import { PoolRegistry } from '../pools';

/** The modules whose figures the controllers show, each with a provider that exists when the module is imported. */
const ROOMS: readonly { readonly module: string; readonly entry: string; readonly token: InjectionToken }[] = [
  { module: 'PoolsModule', entry: 'pools', token: PoolRegistry },
  { module: 'CacheModule', entry: 'cache', token: CacheService },
  { module: 'MonitoringModule', entry: 'monitoring', token: MonitoringHealth },
  { module: 'AlertingModule', entry: 'alerting', token: AlertsService },
];

/** Fails the start, naming the lines to add, when one of those modules is not imported. */
export const requiredRooms: FactoryProvider<true> = {
  provide: Symbol('REQUIRED_ROOMS'),
  inject: ROOMS.map(({ token }) => ({ token, optional: true })),
  useFactory: (...services: unknown[]) => {
    const missing = ROOMS.filter((_, index) => services[index] === undefined);
    if (missing.length === 0) return true;
    const modules = missing.map(({ module, entry }) => `${module}.forRoot({}) of 'performance-gateway/${entry}'`);
    throw new ModuleImportError(
      `PerformanceModule shows what is not imported: add ${modules.join(' and ')} to the imports`,
    );
  },
};
