// What another application imports as `performance-gateway/performance`; inside the project files are imported
// themselves.
export { RouteAccess, type Access, type Principal } from '../http/access.decorator';
export { configureDoor, type DoorOptions } from '../http/http-setup';
export { PerformanceModule, type PerformanceModuleExtras, type PerformanceOptions } from './performance.module';
