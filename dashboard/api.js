// The only place that talks to the service: adds the token, gives every wait a deadline, names what went wrong.
const KEY = 'performance-gateway.token';
const TIMEOUT_MS = 8_000;

export class Unauthorized extends Error {}

export const token = {
  get: () => sessionStorage.getItem(KEY) ?? '',
  set: (value) => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
};

async function getJson(path) {
  const response = await fetch(path, {
    headers: { accept: 'application/json', ...(token.get() && { authorization: `Bearer ${token.get()}` }) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status === 401 || response.status === 403) {
    throw new Unauthorized(token.get() ? 'That token is not accepted.' : 'A token is needed');
  }
  const body = await response.json().catch(() => undefined);
  if (!response.ok)
    throw new Error(body?.detail ?? body?.title ?? body?.error ?? `the service answered ${response.status}`);
  return body;
}

export const overview = () => getJson('dashboard');

/**
 * One PromQL query over the last `seconds`; answers aligned columns `[times, ...values]` and the name of each column.
 */
export async function range(query, seconds, nameOf) {
  const end = Math.floor(Date.now() / 1000);
  const step = Math.max(5, Math.round(seconds / 240));
  const parameters = new URLSearchParams({ query, start: String(end - seconds), end: String(end), step: String(step) });
  const { data } = await getJson(`prometheus/api/v1/query_range?${parameters}`);
  const times = [];
  for (let t = end - seconds; t <= end; t += step) times.push(t);
  const columns = data.result.map(({ values }) => {
    const at = new Map(values.map(([t, value]) => [t, Number(value)]));
    return times.map((t) => (Number.isFinite(at.get(t)) ? at.get(t) : null));
  });
  return { names: data.result.map(({ metric }) => nameOf(metric)), columns: [times, ...columns] };
}
