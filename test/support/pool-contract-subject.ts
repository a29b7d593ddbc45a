import type { Pool } from '../../src/pools/pool';

/** A real server of a kind, as far as the contract needs it. */
export interface ContractServer {
  readonly port: number;
  close(): Promise<unknown>;
}

/** What a pool under contract is to be like, in terms every kind of pool has. */
export interface ContractOptions {
  /** How many may hold something at a time. */
  readonly capacity: number;
  readonly maxWaiting: number;
  readonly acquireTimeoutMs: number;
}

/** One kind of pool as the contract sees it. */
export interface ContractSubject<Server extends ContractServer> {
  /** Starts the server; the contract reaches it through a proxy that can be made to refuse. */
  startServer(): Promise<Server>;
  /** Where a pool finds `server` behind a proxy on `proxyPort` of 127.0.0.1. */
  url(proxyPort: number, server: Server): string;
  /** A pool on `url`, not started; undefined: not configured. */
  makePool(url: string | undefined, options: ContractOptions, server: Server): ContractPool;
  /** Connections that count towards the pool's `max` and are never lent. */
  readonly reserved?: number;
}

export interface ContractPool {
  readonly pool: Pool;
  /** Something short that works when the pool does. */
  call(): Promise<unknown>;
  hold(options?: { readonly signal?: AbortSignal }): Hold;
}

/** One borrower of a pool: has it (`granted`), and lets go of it (`free`). */
export interface Hold {
  /** Resolves as soon as the pool has served this borrower, rejects when it refuses. */
  readonly granted: Promise<void>;
  /** May be called once granted. */
  free(): void;
}

/** Holds a connection by its lease. */
export function holdByLease(lease: Promise<{ release(): void }>): Hold {
  let release: (() => void) | undefined;
  return { granted: lease.then((held) => void (release = () => held.release())), free: () => release!() };
}

/** Holds a connection by a request on it that is answered when the test releases it. */
export function holdByRequest(request: Promise<unknown>, space: { arrived: Promise<void>; free(): void }): Hold {
  const refused = request.then(() => new Promise<never>(() => undefined));
  return { granted: Promise.race([space.arrived, refused]), free: () => space.free() };
}
