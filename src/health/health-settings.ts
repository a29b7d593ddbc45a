import { type Kind, kindOf } from '../common/settings/kind';
import { setting } from '../common/settings/setting';

const isText = (name: unknown) => typeof name === 'string';

const NAMES: Kind<readonly string[]> = kindOf(
  'an array of names of pools',
  (names) => Array.isArray(names) && names.every(isText),
);

/** `postgres,redis`, as one variable holds them. */
const NAMES_IN_ONE_TEXT: Kind<readonly string[]> = kindOf(
  'a list of names of pools',
  (names) => Array.isArray(names) && names.every(isText),
  (text) => text.split(',').flatMap((name) => name.trim() || []),
);

/** Every option of `HealthModule.forRoot`, and the variable from which the service takes it. */
export const HEALTH_SETTINGS = {
  /** Names of the pools without which the service does not say that it is ready. */
  readinessRequires: setting(NAMES, {
    default: [],
    variable: { name: 'READINESS_REQUIRES', kind: NAMES_IN_ONE_TEXT },
    help: 'pools without which /readyz is 503: postgres,redis,http,qdrant, or named ones',
  }),
};
