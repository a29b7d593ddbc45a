import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppConfig } from '../../src/config/app-config';
import { loadConfig } from '../../src/config/load-config';

export const READ_TOKEN = 'read-token-for-tests';
export const ADMIN_TOKEN = 'admin-token-for-tests';
export const asReader = { authorization: `Bearer ${READ_TOKEN}` };
export const asAdmin = { authorization: `Bearer ${ADMIN_TOKEN}` };

/**
 * The configuration of a service under test: a free port, two known tokens, no database, no limits, no alert, a data
 * folder of its own; `env` changes it.
 */
export function testConfig(env: Readonly<Record<string, string>> = {}): AppConfig {
  return loadConfig({
    NODE_ENV: 'test',
    INSTANCE: 'test',
    PORT: '0',
    HOST: '127.0.0.1',
    // Samples of another service under test would come back.
    DATA_DIR: env.DATA_DIR ?? mkdtempSync(join(process.env.TEST_FOLDER ?? tmpdir(), 'data-')),
    EMBEDDED_POSTGRES: 'false',
    API_TOKENS: `read:${READ_TOKEN},admin:${ADMIN_TOKEN}`,
    RATE_LIMIT_ENABLED: 'false',
    LOG_LEVEL: 'error',
    // More than all is never used: how busy the machine is stays out of the tests.
    ALERT_CPU_WARNING_PERCENT: '100',
    ALERT_CPU_CRITICAL_PERCENT: '100',
    ...env,
  });
}
