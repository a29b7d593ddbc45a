export interface HealthOptions {
  /** Names of the pools without which the service does not say that it is ready. */
  readonly readinessRequires: readonly string[];
}

export const HEALTH_OPTIONS = Symbol('HEALTH_OPTIONS');
