// What another application imports as `performance-gateway`: all rooms at once. Each has an entry of its own as well.
import './packages';
export { PerformanceGatewayModule, type PerformanceGatewayOptions } from './performance-gateway.module';
