import { instant } from '../api/prometheus';
import { Charts } from '../charts/chart';
import { clockTime, format, utc } from '../charts/format';
import { OVERVIEW } from '../panels/catalogue';
import { AlertCard } from '../parts/alert-card';
import { EmptyState } from '../parts/notes';
import { State } from '../parts/state';
import { linkTo } from '../state/address';
import { useLoaded } from '../state/clock';
import { useMarks } from '../state/marks';
import { useFigures } from '../state/figures';

const REQUESTS = 'http_server_request_duration_seconds';

/** What users feel, of the last five minutes. */
async function felt(signal: AbortSignal) {
  const [rate, errors, p95, delay, worst] = await Promise.all([
    instant(`sum(rate(${REQUESTS}_count[5m]))`, signal),
    instant(`sum(rate(${REQUESTS}_count{http_response_status_code=~"5.."}[5m]))`, signal),
    instant(`histogram_quantile(0.95, sum by (le) (rate(${REQUESTS}_bucket[5m])))`, signal),
    instant('nodejs_eventloop_delay_p99_seconds', signal),
    instant(
      `topk(1, sum by (http_request_method, http_route) (rate(${REQUESTS}_count{http_response_status_code=~"5.."}[5m])) > 0)`,
      signal,
    ),
  ]);
  return {
    rate: rate[0]?.value,
    errors: errors[0]?.value ?? (rate[0] === undefined ? undefined : 0),
    p95: p95[0]?.value,
    delay: delay[0]?.value,
    worst: worst[0]?.labels,
  };
}
type Felt = Awaited<ReturnType<typeof felt>>;

/** From here on users notice. */
const BAD = { errorRatio: 0.01, p95Seconds: 1, delaySeconds: 0.1 };

function Sentence({ felt: { rate, errors, p95, delay, worst } }: { readonly felt: Felt }) {
  const figures = useFigures();
  if (figures === undefined) return null;
  const ratio = rate !== undefined && rate > 0 && errors !== undefined ? errors / rate : undefined;
  const firing = figures.alerts.filter(({ state }) => state === 'firing');
  const broken = Object.entries(figures.checks).filter(([, { status }]) => status === 'down' || status === 'degraded');
  const complaints = [
    ...(ratio !== undefined && ratio > BAD.errorRatio
      ? [
          <>
            <b>{format('ratio', ratio)} of the requests fail</b>
            {worst !== undefined && (
              <>
                , most of them{' '}
                <a href={linkTo('routes', { method: worst.http_request_method!, route: worst.http_route! })}>
                  {worst.http_request_method} {worst.http_route}
                </a>
              </>
            )}
          </>,
        ]
      : []),
    ...(p95 !== undefined && p95 > BAD.p95Seconds ? [<b>answers take {format('seconds', p95)} (p95)</b>] : []),
    ...(delay !== undefined && delay > BAD.delaySeconds
      ? [<b>the event loop is held for {format('seconds', delay)} (p99)</b>]
      : []),
    ...broken.map(([name, { status, message }]) => (
      <>
        <b>
          {name} is {status}
        </b>
        {message === undefined ? '' : ` ${message}`}
      </>
    )),
    ...(firing.length > 0 ? [<b>{[...new Set(firing.map(({ name }) => name))].join(' and ')} fires</b>] : []),
  ];
  const facts = [
    rate === undefined ? 'no requests' : `${format('perSecond', rate)} requests`,
    ...(ratio === undefined ? [] : [`${format('ratio', ratio)} failed`]),
    ...(p95 === undefined || Number.isNaN(p95) ? [] : [`p95 ${format('seconds', p95)}`]),
    ...(delay === undefined ? [] : [`loop delay ${format('seconds', delay)}`]),
  ].join(', ');
  return (
    <p class="headline" data-state={complaints.length > 0 ? 'warning' : 'ok'}>
      {complaints.length === 0 ? (
        <>
          <State state="ok">All is well</State> for users: {facts} in the last 5 minutes.
        </>
      ) : (
        <>
          {complaints.map((complaint, index) => (
            <span key={index}>
              {index > 0 && '; '}
              {complaint}
            </span>
          ))}
          . <span class="quiet">({facts} in the last 5 minutes)</span>
        </>
      )}
    </p>
  );
}

/** The lines across the charts, in words. */
function Happened() {
  const marks = useMarks();
  if (marks.length === 0) return null;
  return (
    <section aria-labelledby="events-title">
      <h2 id="events-title">What happened</h2>
      <ol class="events" reversed>
        {marks
          .toReversed()
          .slice(0, 20)
          .map(({ at, label }) => (
            <li key={`${at} ${label}`}>
              <time dateTime={new Date(at * 1000).toISOString()} title={utc(at * 1000)}>
                {clockTime(at * 1000)}
              </time>{' '}
              {label}
            </li>
          ))}
      </ol>
    </section>
  );
}

export function OverviewPage() {
  const figures = useFigures();
  const { value } = useLoaded('felt', felt);
  if (figures === undefined) return <EmptyState kind="collecting" />;
  const alerts = figures.alerts.filter(({ state }) => state !== 'inhibited');
  return (
    <>
      {value !== undefined && <Sentence felt={value} />}
      {alerts.length > 0 && (
        <section aria-labelledby="alerts-title">
          <h2 id="alerts-title">Alerts</h2>
          {alerts.map((alert) => (
            <AlertCard key={JSON.stringify([alert.name, alert.labels])} alert={alert} />
          ))}
        </section>
      )}
      <section aria-labelledby="parts-title">
        <h2 id="parts-title">Parts</h2>
        <ul class="cards">
          {Object.entries(figures.checks).map(([name, { status, message }]) => (
            <li class="card" key={name}>
              <span class="quiet">{name}</span>
              <State state={status} />
              {message !== undefined && <span class="quiet message">{message}</span>}
            </li>
          ))}
        </ul>
      </section>
      <section aria-label="Charts">
        <Charts panels={OVERVIEW} />
      </section>
      <Happened />
    </>
  );
}
