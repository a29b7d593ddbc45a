import { INSTANCE_NAME } from '../copies/instance';
import { FLAG, milliseconds, oneOf, TEXT, textLike, whole } from '../common/settings/kind';
import { setting } from '../common/settings/setting';
import { ALLOWED_HOSTS } from './allowed-hosts-setting';
import { TRUST_PROXY } from './trust-proxy-setting';

/** What concerns the service as a whole, or several rooms at once. */
export const SERVICE_SETTINGS = {
  environment: setting(oneOf('development', 'test', 'production'), {
    default: 'development',
    variable: 'NODE_ENV',
    help: 'production refuses generated tokens, benchmarks and the embedded database unless asked for',
  }),
  port: setting(whole(0, 65_535), {
    default: 5057,
    variable: 'PORT',
    help: 'port of the HTTP server; 0 takes a free one',
  }),
  host: setting(TEXT, { default: '0.0.0.0', variable: 'HOST', help: 'address the HTTP server listens on' }),
  workerPort: setting(whole(1, 65_000), {
    variable: 'WORKER_PORT',
    help: 'several processes on PORT (PM2, node:cluster): process n answers alone on WORKER_PORT + n, from 0 on, for Prometheus',
  }),
  trustProxy: setting(TRUST_PROXY, {
    default: false,
    variable: { name: 'TRUST_PROXY', kind: TRUST_PROXY, defaultText: 'off' },
    help: 'whose X-Forwarded-For is believed: off, a number of hops, or addresses',
  }),
  allowedHosts: setting(ALLOWED_HOSTS, {
    variable: 'ALLOWED_HOSTS',
    help: 'names under which requests may come (.example.com: all below), against DNS rebinding; addresses always may; none: any',
  }),
  shutdownTimeoutMs: setting(milliseconds(1, 600_000), {
    default: 10_000,
    variable: 'SHUTDOWN_TIMEOUT_MS',
    help: 'what requests in flight and pools get to finish',
  }),
  logLevel: setting(oneOf('fatal', 'error', 'warn', 'info', 'debug', 'verbose'), {
    default: 'info',
    variable: 'LOG_LEVEL',
    help: 'the least severe level that is logged',
  }),
  docsEnabled: setting(FLAG, {
    default: true,
    variable: 'DOCS_ENABLED',
    help: 'whether /docs and /docs-json describe the API, to everybody',
  }),
  dataDir: setting(TEXT, {
    default: './.data',
    variable: 'DATA_DIR',
    help: 'folder of the embedded PostgreSQL, of the generated token, of the name of this copy and of its latest samples',
  }),
  instance: setting(textLike('1 to 100 letters, digits, dots, colons and dashes', INSTANCE_NAME), {
    variable: 'INSTANCE',
    help: 'name of this copy, the same after a restart; none: one is made and kept in DATA_DIR',
  }),
  embeddedPostgres: setting(FLAG, {
    variable: 'EMBEDDED_POSTGRES',
    help: 'whether an embedded PostgreSQL may be started; default: true, in production false',
  }),
};
