import { kindOf, milliseconds, secretText, TEXT, whole, type Kind } from '../common/settings/kind';
import { setting } from '../common/settings/setting';
import { urlProblem } from '../common/url-problem';
import { inHours, inMegabytes, inSeconds } from '../common/settings/variable';
import { areDurationBounds, DURATION_BOUNDS_ALLOWED, DURATION_BUCKETS_SECONDS } from './registry/duration-buckets';

const MEGABYTE = 1_048_576;
const HOUR_MS = 3_600_000;

/** A variable has them separated by commas. */
const durationBounds: Kind<readonly number[]> = kindOf(DURATION_BOUNDS_ALLOWED, areDurationBounds, (text) =>
  text.split(',').map((part) => (/^\s*\d{1,7}(\.\d{1,6})?\s*$/.test(part) ? Number(part) : Number.NaN)),
);
const defaultBoundsMs = DURATION_BUCKETS_SECONDS.map((seconds) => seconds * 1_000);

/** Every option of `MonitoringModule.forRoot`, and the variable from which the service takes it. */
export const MONITORING_SETTINGS = {
  /** ms between two samples of every metric and of the system. */
  sampleIntervalMs: setting(milliseconds(100, HOUR_MS), {
    default: 10_000,
    atMost: 'retentionMs',
    variable: inSeconds('METRICS_SAMPLE_INTERVAL_SECONDS', 1, 3_600),
    help: 'between two samples of every metric',
  }),
  /** ms for which samples are kept. */
  retentionMs: setting(milliseconds(1_000, 8_760 * HOUR_MS), {
    default: 24 * HOUR_MS,
    variable: inHours('METRICS_RETENTION_HOURS', 1, 8_760),
    help: 'how long samples are kept',
  }),
  /** How many label sets each kind of metric may have. */
  maxSeriesPerKind: setting(whole(1, 1_000_000), {
    default: 10_000,
    variable: 'MAX_METRICS_PER_TYPE',
    help: 'series at most of each kind of metric',
  }),
  /** How many label sets one metric may have; those above share one overflow series. */
  maxSeriesPerMetric: setting(whole(1, 1_000_000), {
    default: 2_000,
    variable: 'MAX_LABEL_SETS_PER_METRIC',
    help: 'label sets at most of one metric',
  }),
  /** The bucket bounds (ms, ascending) of HTTP requests, and of timers, histograms and `@Timed()` that give none. */
  durationBucketsMs: setting(durationBounds, {
    default: defaultBoundsMs,
    variable: {
      name: 'HTTP_DURATION_BUCKETS_MS',
      kind: durationBounds,
      defaultText: defaultBoundsMs.join(','),
    },
    help: 'bucket bounds of the durations of requests and methods, ms, ascending',
  }),
  /** Bytes of all samples kept in memory. */
  memoryLimitBytes: setting(whole(MEGABYTE, 1_000_000 * MEGABYTE), {
    default: 256 * MEGABYTE,
    variable: inMegabytes('METRICS_MEMORY_LIMIT_MB', 1, 1_000_000),
    help: 'all samples kept in memory',
  }),
  /** Bytes that all queries hold together; by default an eighth of what the process may use, 64 to 384 MB. */
  queryMemoryLimitBytes: setting(whole(MEGABYTE, 1_000_000 * MEGABYTE), {
    variable: inMegabytes('QUERY_MEMORY_LIMIT_MB', 1, 1_000_000),
    help: 'all queries together; default: an eighth of what the process may use, 64 to 384',
    example: '128',
  }),
  /** Under what name this copy's samples are kept in the database, the same after a restart; default the name of the host. */
  instance: setting(TEXT, {}),
  /**
   * A folder for what the database does not have yet, or of the last 64 MB of samples where there is no database: a
   * process that is killed goes on from there. Each process needs one of its own. By default nothing is kept in files.
   */
  journalDir: setting(TEXT, { setBy: 'DATA_DIR' }),
  /** Where every sample is sent besides being kept, in Prometheus's remote-write protocol 1.0. */
  remoteWrite: {
    /** The endpoint, with a user and password for Basic if it needs them. */
    url: setting(
      secretText((text) => urlProblem(text, ['http', 'https'])),
      {
        variable: 'REMOTE_WRITE_URL',
        help: 'where every sample is sent, too, by remote write 1.0, as to a Prometheus; needs the package snappy',
        example: 'https://prometheus.example.org/api/v1/write',
      },
    ),
    /** Sent as a Bearer token. */
    token: setting(
      secretText(() => undefined),
      { variable: 'REMOTE_WRITE_TOKEN', help: 'sent there as a Bearer token' },
    ),
  },
  /** The folder that holds `proc` and `sys`; another one than `/` reads a recorded system. */
  systemRoot: setting(TEXT, {}),
};
