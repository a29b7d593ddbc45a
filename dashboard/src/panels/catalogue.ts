// Every chart of the dashboard.
import { type Panel, quoted } from './panel';

const REQUESTS = 'http_server_request_duration_seconds';
const CLASS = '"class", "${1}xx", "http_response_status_code", "(.).*"';
const STATUS_TONES = { '2xx': 'good', '3xx': 'quiet', '4xx': 'warn', '5xx': 'bad', '1xx': 'quiet' } as const;

const byClass = (selector: string): string =>
  `sum by (class) (label_replace(rate(${REQUESTS}_count${selector}[$w]), ${CLASS}))`;
const quantile = (share: number, name: string, selector = ''): string =>
  `histogram_quantile(${share}, sum by (le) (rate(${name}_bucket${selector}[$w])))`;

export const OVERVIEW: readonly Panel[] = [
  {
    id: 'requests',
    title: 'Requests',
    unit: 'perSecond',
    queries: [{ query: byClass(''), name: '{{class}}', tones: STATUS_TONES }],
    help: 'Answers by class of their status. Red is what failed on our side.',
  },
  {
    id: 'errors',
    title: 'Failed requests',
    unit: 'ratio',
    max: 1,
    queries: [
      {
        query: `sum(rate(${REQUESTS}_count{http_response_status_code=~"5.."}[$w])) / sum(rate(${REQUESTS}_count[$w])) or sum(rate(${REQUESTS}_count[$w])) * 0`,
        name: '5xx',
        tone: 'bad',
      },
    ],
    help: 'Share of all answers with a 5xx status. Above 1 % users notice.',
  },
  {
    id: 'latency',
    title: 'Answer time',
    unit: 'seconds',
    queries: [
      { query: quantile(0.5, REQUESTS), name: 'p50', tone: 'one' },
      { query: quantile(0.95, REQUESTS), name: 'p95', tone: 'two' },
      { query: quantile(0.99, REQUESTS), name: 'p99', tone: 'three' },
    ],
    help: 'How long half, 95 % and 99 % of the answers took at most.',
  },
  {
    id: 'loop',
    title: 'Event-loop delay',
    unit: 'seconds',
    queries: [
      { query: 'nodejs_eventloop_delay_p99_seconds', name: 'p99', tone: 'two' },
      { query: 'nodejs_eventloop_delay_max_seconds', name: 'longest', tone: 'three' },
    ],
    help: 'How long something else kept the process busy. Above 100 ms every request waits.',
  },
];

/** The charts of one route. */
export function routePanels(method: string, route: string): readonly Panel[] {
  const selector = `{http_request_method=${quoted(method)},http_route=${quoted(route)}}`;
  return [
    {
      id: 'route-requests',
      title: 'Requests by status',
      unit: 'perSecond',
      queries: [{ query: byClass(selector), name: '{{class}}', tones: STATUS_TONES }],
      help: 'Answers of this route by class of their status.',
    },
    {
      id: 'route-latency',
      title: 'Answer time',
      unit: 'seconds',
      queries: [
        { query: quantile(0.5, REQUESTS, selector), name: 'p50', tone: 'one' },
        { query: quantile(0.95, REQUESTS, selector), name: 'p95', tone: 'two' },
        { query: quantile(0.99, REQUESTS, selector), name: 'p99', tone: 'three' },
      ],
      help: 'How long half, 95 % and 99 % of its answers took at most.',
    },
  ];
}

export const CACHE: readonly Panel[] = [
  {
    id: 'hit-rate',
    title: 'Hit rate',
    unit: 'ratio',
    max: 1,
    extreme: 'min',
    queries: [
      {
        query: 'sum by (tier) (rate(cache_gets_total{result="hit"}[$w])) / sum by (tier) (rate(cache_gets_total[$w]))',
        name: '{{tier}}',
        tones: { memory: 'one', redis: 'two' },
      },
    ],
    help: 'Share of reads that each tier answered. A fall shows invalidations, restarts or too little memory.',
  },
  {
    id: 'hit-rate-namespace',
    title: 'Hit rate by namespace',
    unit: 'ratio',
    max: 1,
    extreme: 'min',
    queries: [
      {
        query:
          'sum by (cache) (rate(cache_gets_total{tier="memory",result="hit"}[$w])) / sum by (cache) (rate(cache_gets_total{tier="memory"}[$w]))',
        name: '{{cache}}',
      },
    ],
    help: 'Hits in memory, namespace by namespace.',
  },
  {
    id: 'cache-loads',
    title: 'Loads',
    unit: 'perSecond',
    queries: [{ query: 'sum by (cache) (rate(cache_loads_total[$w]))', name: '{{cache}}' }],
    help: 'How often the source was asked because no tier had the value.',
  },
  {
    id: 'cache-evictions',
    title: 'Removals',
    unit: 'perSecond',
    queries: [{ query: 'sum by (reason) (rate(cache_evictions_total[$w]))', name: '{{reason}}' }],
    help: 'Entries that left memory, by reason.',
  },
  {
    id: 'cache-size',
    title: 'Memory',
    unit: 'bytes',
    queries: [
      { query: 'sum(cache_size_bytes)', name: 'entries', tone: 'one' },
      { query: 'max(cache_limit_bytes)', name: 'limit', tone: 'quiet' },
    ],
    help: 'What the entries in memory take, against the limit.',
  },
  {
    id: 'cache-redis',
    title: 'Redis, p95',
    unit: 'seconds',
    queries: [{ query: quantile(0.95, 'cache_redis_latency_seconds'), name: 'p95', tone: 'two' }],
    help: 'How long the Redis tier took to answer.',
  },
];

const POOL = 'db_client_connection_pool_name';

/** The charts of one pool. */
export function poolPanels(pool: string): readonly Panel[] {
  const selector = `{${POOL}=${quoted(pool)}}`;
  return [
    {
      id: `pool-connections`,
      title: 'Connections',
      unit: 'count',
      queries: [
        {
          query: `sum by (state) (db_client_connections${selector})`,
          name: '{{state}}',
          tones: { used: 'two', idle: 'one' },
        },
        { query: `max(db_client_connection_max${selector})`, name: 'max', tone: 'quiet' },
        { query: `sum(db_client_connection_pending_requests${selector})`, name: 'waiting', tone: 'bad' },
      ],
      help: 'Lent, idle and wanted. Callers wait when all are lent.',
    },
    {
      id: `pool-wait`,
      title: 'Wait and use, p95',
      unit: 'seconds',
      queries: [
        { query: quantile(0.95, 'db_client_connection_wait_time_seconds', selector), name: 'wait', tone: 'bad' },
        { query: quantile(0.95, 'db_client_connection_use_time_seconds', selector), name: 'use', tone: 'one' },
      ],
      help: 'How long callers waited for a connection, and kept it.',
    },
    {
      id: `pool-failures`,
      title: 'Failures',
      unit: 'perSecond',
      queries: [
        { query: `sum(rate(db_client_connection_errors_total${selector}[$w]))`, name: 'errors', tone: 'bad' },
        { query: `sum(rate(db_client_connection_timeouts_total${selector}[$w]))`, name: 'timeouts', tone: 'warn' },
        { query: `sum(rate(db_client_connection_rejected_total${selector}[$w]))`, name: 'refused', tone: 'three' },
        { query: `sum(rate(db_client_connection_retries_total${selector}[$w]))`, name: 'retries', tone: 'quiet' },
      ],
      help: 'What went wrong with its connections.',
    },
  ];
}

export const RUNTIME: readonly Panel[] = [
  {
    id: 'cpu',
    title: 'CPU',
    unit: 'ratio',
    max: 1,
    queries: [
      { query: 'process_cpu_utilization_ratio', name: 'process', tone: 'one' },
      { query: 'container_cpu_utilization_ratio', name: 'container', tone: 'two' },
      { query: 'system_cpu_utilization_ratio', name: 'machine', tone: 'quiet' },
    ],
    help: 'Share of the processors it may use. Under a limit the container is what counts.',
  },
  {
    id: 'memory',
    title: 'Memory',
    unit: 'bytes',
    queries: [
      { query: 'process_resident_memory_bytes', name: 'resident', tone: 'two' },
      { query: 'sum(v8js_memory_heap_used_bytes)', name: 'heap used', tone: 'one' },
      { query: 'container_memory_limit_bytes', name: 'limit', tone: 'quiet' },
    ],
    help: 'What the process holds. A heap that only grows is a leak.',
  },
  ...OVERVIEW.filter(({ id }) => id === 'loop'),
  {
    id: 'gc',
    title: 'Garbage collection',
    unit: 'ratio',
    queries: [{ query: 'sum by (v8js_gc_type) (rate(v8js_gc_duration_seconds_sum[$w]))', name: '{{v8js_gc_type}}' }],
    help: 'Share of time spent on freeing memory. Above 10 % the heap is too small.',
  },
  {
    id: 'disk',
    title: 'Disk',
    unit: 'ratio',
    max: 1,
    queries: [
      {
        query:
          'sum by (mountpoint) (system_filesystem_usage_bytes{state="used"}) / sum by (mountpoint) (system_filesystem_usage_bytes)',
        name: '{{mountpoint}}',
      },
    ],
    help: 'How full each file system is.',
  },
  {
    id: 'network',
    title: 'Network',
    unit: 'bytesPerSecond',
    queries: [{ query: 'sum by (direction) (rate(system_network_io_bytes_total[$w]))', name: '{{direction}}' }],
    help: 'Bytes in and out of the machine.',
  },
];
