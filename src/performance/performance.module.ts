import {
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  Optional,
} from '@nestjs/common';
import { BenchmarkModule } from '../benchmark';
import { refuseWithoutOptions } from '../common/settings/options-provider';
import { resolveOptions } from '../common/settings/resolve-options';
import type { GivenOptions, ResolvedOptions } from '../common/settings/setting';
import {
  AuditLog,
  FrameworkSetup,
  GUARDED_BODIES,
  markBodies,
  RequestErrorCatcher,
  ROUTE_GUARDS,
  RouteGuard,
  withGuard,
  withHttpDefaults,
} from '../http';
import { AlertmanagerController } from './alertmanager/alertmanager.controller';
import { AlertsController } from './alerts/alerts.controller';
import { RulesController } from './alerts/rules.controller';
import { NotificationsController } from './alerts/notifications.controller';
import { BenchmarkController } from './benchmark/benchmark.controller';
import { CacheController } from './cache/cache.controller';
import { EventLine } from './events/event-line';
import { EventsController } from './events/events.controller';
import { RunbooksController } from './alerts/runbooks.controller';
import { DashboardAssetsController } from './overview/dashboard-assets.controller';
import { DashboardMiddleware } from './overview/dashboard-middleware';
import { MetricsImportController } from './metrics/metrics-import.controller';
import { MetricsScrapeController } from './metrics/metrics-scrape.controller';
import { MetricsController } from './metrics/metrics.controller';
import { IMPORT_BUDGET, ImportBudget } from './metrics/import-budget';
import { MetricsAnswer } from './metrics/metrics-answer';
import { ChangesOverHttp } from './instances/changes-over-http';
import { instanceName } from './instances/instance-name';
import { InstancesController } from './instances/instances.controller';
import { PerformanceController } from './overview/performance.controller';
import { type Presentation, PRESENTATION } from './overview/presentation';
import { BENCHMARK_OPTION, PERFORMANCE_SETTINGS } from './performance-settings';
import { PoolsController } from './pools/pools.controller';
import { PrometheusCatalogueController } from './prometheus/prometheus-catalogue.controller';
import { PrometheusExemplarsController } from './prometheus/prometheus-exemplars.controller';
import { PrometheusFederateController } from './prometheus/prometheus-federate.controller';
import { PrometheusLanguageController } from './prometheus/prometheus-language.controller';
import { PrometheusServerController } from './prometheus/prometheus-server.controller';
import { PrometheusStatusController } from './prometheus/prometheus-status.controller';
import { PrometheusWriteController } from './prometheus/prometheus-write.controller';
import { PrometheusController } from './prometheus/prometheus.controller';
import { requiredRooms } from './required-rooms';

export type PerformanceOptions = GivenOptions<typeof BENCHMARK_OPTION>;
export interface PerformanceModuleExtras extends GivenOptions<typeof PERFORMANCE_SETTINGS> {}

type AsyncOptions = PerformanceModuleExtras &
  Pick<ConfigurableModuleAsyncOptions<PerformanceOptions>, 'imports' | 'inject' | 'useFactory'>;

const CONTROLLERS = [
  PerformanceController,
  DashboardAssetsController,
  EventsController,
  RunbooksController,
  InstancesController,
  AlertsController,
  RulesController,
  NotificationsController,
  AlertmanagerController,
  PoolsController,
  CacheController,
  BenchmarkController,
  MetricsController,
  MetricsImportController,
  MetricsScrapeController,
  PrometheusController,
  PrometheusCatalogueController,
  PrometheusStatusController,
  PrometheusServerController,
  PrometheusLanguageController,
  PrometheusExemplarsController,
  PrometheusFederateController,
  PrometheusWriteController,
];
markBodies(CONTROLLERS);

/** The routes below `/performance` and `/metrics`: controllers, their schemas and their views. */
@Module({
  // The factory is used where neither forRoot() nor forRootAsync() has set the presentation.
  providers: [
    requiredRooms,
    instanceName,
    ChangesOverHttp,
    EventLine,
    MetricsAnswer,
    FrameworkSetup,
    AuditLog,
    { provide: ImportBudget, useFactory: () => new ImportBudget(IMPORT_BUDGET) },
    { provide: GUARDED_BODIES, useValue: false },
    { provide: PRESENTATION, useFactory: () => refuseWithoutOptions('PerformanceModule') },
  ],
})
export class PerformanceModule implements NestModule {
  constructor(@Optional() private readonly dashboard?: DashboardMiddleware) {}

  configure(consumer: MiddlewareConsumer): void {
    const { dashboard } = this;
    if (dashboard === undefined) return;
    consumer.apply(dashboard.use.bind(dashboard)).forRoutes(PerformanceController, DashboardAssetsController);
  }

  /** @throws ModuleOptionsError with everything that cannot be right */
  static forRoot(given: PerformanceOptions & PerformanceModuleExtras = {}): DynamicModule {
    const table = { ...PERFORMANCE_SETTINGS, ...BENCHMARK_OPTION };
    const { benchmark, ...extras } = resolveOptions('PerformanceModule.forRoot()', table, given);
    return moduleWith(extras, BenchmarkModule.forRoot(benchmark));
  }

  /** @throws ModuleOptionsError here for its own options, and at the start for what `useFactory` gives */
  static forRootAsync({ imports, inject, useFactory, ...given }: AsyncOptions): DynamicModule {
    const place = 'PerformanceModule.forRootAsync()';
    const benchmark = BenchmarkModule.forRootAsync({
      ...(imports && { imports }),
      ...(inject && { inject }),
      useFactory: async (...injected: unknown[]) =>
        resolveOptions(place, BENCHMARK_OPTION, await useFactory?.(...injected)).benchmark,
    });
    return moduleWith(resolveOptions(place, PERFORMANCE_SETTINGS, given), benchmark);
  }
}

function moduleWith(
  { access, guards, httpDefaults, surviveErrors, name, docs }: ResolvedOptions<typeof PERFORMANCE_SETTINGS>,
  benchmark: DynamicModule,
): DynamicModule {
  const guarded = access === 'open' && guards.length === 0 ? CONTROLLERS : withGuard(CONTROLLERS, RouteGuard);
  const controllers = httpDefaults ? withHttpDefaults(guarded) : guarded;
  const presentation: Presentation = { name, docs };
  return {
    module: PerformanceModule,
    imports: [benchmark],
    controllers,
    providers: [
      { provide: PRESENTATION, useValue: presentation },
      { provide: GUARDED_BODIES, useValue: httpDefaults },
      { provide: ROUTE_GUARDS, useValue: { access, guards } },
      RouteGuard,
      // The guard of the service knows pages.
      ...(httpDefaults ? [DashboardMiddleware] : []),
      ...(surviveErrors ? [RequestErrorCatcher] : []),
    ],
  };
}
