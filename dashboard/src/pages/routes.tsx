import { instant, type Labels } from '../api/prometheus';
import { Charts } from '../charts/chart';
import { format } from '../charts/format';
import { routePanels } from '../panels/catalogue';
import { EmptyState, ErrorNote } from '../parts/notes';
import { type Column, Table } from '../parts/table';
import { linkTo, useAddress } from '../state/address';
import { useLoaded } from '../state/clock';
import { boundsOf, timeRangeOf } from '../state/time-range';

const NAME = 'http_server_request_duration_seconds';
const BY = 'http_request_method, http_route';

interface Row {
  readonly method: string;
  readonly route: string;
  rate?: number;
  errors?: number;
  p50?: number;
  p95?: number;
  p99?: number;
  share?: number;
}

/** The figures of every route over a window that ends at `at` (Unix seconds). */
async function figuresOf(seconds: number, at: number | undefined, signal: AbortSignal): Promise<readonly Row[]> {
  const window = `${Math.max(60, Math.round(seconds))}s${at === undefined ? '' : ` @ ${Math.round(at)}`}`;
  const [range, offset = ''] = window.split(' @ ', 2);
  const when = offset === '' ? '' : ` @ ${offset}`;
  const rate = (metric: string): string => `rate(${NAME}_${metric}[${range}]${when})`;
  const failing = `rate(${NAME}_count{http_response_status_code=~"5.."}[${range}]${when})`;
  const quantile = (share: number): string => `histogram_quantile(${share}, sum by (le, ${BY}) (${rate('bucket')}))`;
  const rows = new Map<string, Row>();
  const take = async (field: 'rate' | 'errors' | 'p50' | 'p95' | 'p99' | 'share', query: string): Promise<void> => {
    for (const { labels, value } of await instant(query, signal))
      if (Number.isFinite(value)) rowOf(rows, labels)[field] = value;
  };
  await Promise.all([
    take('rate', `sum by (${BY}) (${rate('count')}) > 0`),
    take(
      'errors',
      `(sum by (${BY}) (${failing}) / sum by (${BY}) (${rate('count')})) or (sum by (${BY}) (${rate('count')}) > 0) * 0`,
    ),
    take('p50', quantile(0.5)),
    take('p95', quantile(0.95)),
    take('p99', quantile(0.99)),
    take('share', `sum by (${BY}) (${rate('sum')}) / scalar(sum(${rate('sum')}))`),
  ]);
  return [...rows.values()].filter(({ rate: calls }) => calls !== undefined);
}

function rowOf(rows: Map<string, Row>, { http_request_method: method = '', http_route: route = '' }: Labels): Row {
  const key = `${method} ${route}`;
  const known = rows.get(key);
  if (known !== undefined) return known;
  const made = { method, route };
  rows.set(key, made);
  return made;
}

const COLUMNS: readonly Column<Row>[] = [
  {
    name: 'route',
    isText: true,
    by: ({ route }) => route,
    cell: ({ method, route }) => (
      <a href={linkTo('routes', { method, route })}>
        <b>{method}</b> {route}
      </a>
    ),
  },
  { name: 'rate', by: (row) => row.rate, cell: ({ rate }) => format('perSecond', rate) },
  {
    name: 'errors',
    help: 'share of answers with a 5xx status',
    by: (row) => row.errors,
    cell: ({ errors = 0 }) => (
      <span data-state={errors > 0.01 ? 'critical' : undefined}>{format('ratio', errors)}</span>
    ),
  },
  { name: 'p50', by: (row) => row.p50, cell: ({ p50 }) => format('seconds', p50) },
  { name: 'p95', by: (row) => row.p95, cell: ({ p95 }) => format('seconds', p95) },
  { name: 'p99', by: (row) => row.p99, cell: ({ p99 }) => format('seconds', p99) },
  {
    name: 'share',
    help: 'of the time that all requests took',
    by: (row) => row.share,
    cell: ({ share }) => format('ratio', share),
  },
];

export function RoutesPage() {
  const { parameters } = useAddress();
  const range = timeRangeOf(parameters);
  const { from, to } = boundsOf(range, Date.now() / 1000);
  const at = 'last' in range ? undefined : to;
  const { value, error } = useLoaded(`routes ${JSON.stringify(range)}`, (signal) => figuresOf(to - from, at, signal));
  const method = parameters.get('method');
  const route = parameters.get('route');
  return (
    <>
      {method !== null && route !== null && (
        <section aria-labelledby="route-title">
          <h2 id="route-title">
            {method} {route} <a href={linkTo('routes')}>all routes</a>
          </h2>
          <Charts panels={routePanels(method, route)} />
        </section>
      )}
      <h2>Routes</h2>
      {error !== undefined && <ErrorNote error={error} stale={value !== undefined} />}
      {value === undefined ? (
        error === undefined && <EmptyState kind="collecting" />
      ) : (
        <Table
          label="routes"
          id="order"
          columns={COLUMNS}
          rows={value.toSorted((a, b) => (b.share ?? 0) - (a.share ?? 0))}
          keyOf={({ method: verb, route: path }) => `${verb} ${path}`}
          empty="No requests in this time."
        />
      )}
    </>
  );
}
