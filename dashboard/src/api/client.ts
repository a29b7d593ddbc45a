// The only place that talks to the service: gives every wait a deadline and names what went wrong.

const TIMEOUT_MS = 10_000;

/** The caller is not known; `used` tells whether it tried to be. */
export class Unauthorized extends Error {
  constructor(readonly used: boolean) {
    super(used ? 'That token is not accepted.' : 'A token is needed.');
  }
}

/** The token may read, but not do this. */
export class Forbidden extends Error {}

/** The service answered with an error of its own; `status` is HTTP's. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly body: unknown,
  ) {
    super(message);
  }
}

/** Nothing came back at all. */
export class Unreachable extends Error {}

interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly error?: string;
  readonly errors?: readonly { readonly path?: string; readonly detail?: string }[];
}

/** Where nothing keeps a session in a cookie: the token, in memory only, so that it ends with the page. */
let heldToken = '';

async function send(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('accept', 'application/json');
  if (heldToken !== '') headers.set('authorization', `Bearer ${heldToken}`);
  try {
    return await fetch(path, {
      ...init,
      headers,
      credentials: 'same-origin',
      signal: init.signal ?? AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    const isLate = error instanceof DOMException && error.name === 'TimeoutError';
    throw new Unreachable(isLate ? `no answer within ${TIMEOUT_MS / 1000} s` : 'the service cannot be reached');
  }
}

/** An address of the service, relative to the page so that it is right behind any prefix. */
export async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await send(path, init);
  if (response.status === 401) throw new Unauthorized(heldToken !== '');
  const text = await response.text();
  const body: unknown =
    /json/.test(response.headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : text;
  if (response.ok) return body as T;
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Problem;
  const fields = problem.errors?.map(({ path: at, detail }) => [at, detail].filter(Boolean).join(': ')).join('; ');
  const message =
    fields || problem.detail || problem.error || problem.title || `the service answered ${response.status}`;
  if (response.status === 403) throw new Forbidden(message);
  throw new Refused(message, response.status, body);
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  request<T>(path, signal === undefined ? {} : { signal });

export const change = <T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> =>
  request<T>(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });

/** What this page may do. */
export interface Session {
  readonly scope: 'read' | 'admin';
  readonly name: string;
}

/**
 * Signs in: the service keeps the token in a cookie that scripts cannot read; where an application has no sessions, it
 * stays here.
 */
export async function signIn(token: string): Promise<void> {
  heldToken = token;
  try {
    await change<Session>('POST', 'session');
    heldToken = '';
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return;
    heldToken = '';
    throw error;
  }
}

export async function signOut(): Promise<void> {
  heldToken = '';
  await change('DELETE', 'session').catch(() => undefined); // it may have ended before
}

/** Who this page is for the service; undefined where the application has no sessions, and its guard decides. */
export async function session(): Promise<Session | undefined> {
  try {
    return await get<Session>('session');
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  }
}
