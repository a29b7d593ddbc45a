import { requirePackages } from './optional-package';

const MONITORING = [
  '@lezer/highlight',
  '@lezer/lr',
  '@prometheus-io/lezer-promql',
  '@willsoto/nestjs-prometheus',
  'prom-client',
  'systeminformation',
];

const ALERTING = [...MONITORING, 'yaml'];
const PERFORMANCE = [...ALERTING, 'zod'];

/**
 * The packages without which a room cannot even be imported; whoever uses another room does not install them. What a room
 * needs for some of its options alone (pg, ioredis, undici, cron and others) is asked for where it is used.
 */
export const ROOM_PACKAGES = {
  'performance-gateway/database': ['@nestjs/typeorm', 'pg', 'typeorm'],
  'performance-gateway/monitoring': MONITORING,
  'performance-gateway/alerting': ALERTING,
  'performance-gateway/performance': PERFORMANCE,
  'performance-gateway': [...PERFORMANCE, '@nestjs/schedule', 'cron'],
};

/** @throws ModuleImportError with the command to run, where a package that the room needs is not installed */
export function requireRoomPackages(entry: keyof typeof ROOM_PACKAGES): void {
  requirePackages(entry, ROOM_PACKAGES[entry]);
}
