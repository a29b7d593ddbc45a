import { withDeadline } from '../common/deadline';
import type { Clock } from '../common/clock';
import type { Credentials, CredentialsFunction } from './credentials.options';
import { PoolCredentialsError } from './pools.errors';

/** How long the function may take. */
export const CREDENTIALS_TIMEOUT_MS = 5_000;

/** They are fetched anew this long before they expire, or a tenth of their life where that is less. */
const MARGIN_MS = 60_000;

/** Credentials from a function: fetched once for all that wait, kept until shortly before they expire. */
export class CredentialsSource {
  private kept: { readonly credentials: Credentials; readonly untilMs: number } | undefined;
  private fetching: Promise<Credentials> | undefined;

  constructor(
    private readonly fetch: CredentialsFunction,
    private readonly timeoutMs: number,
    private readonly clock: Clock,
  ) {}

  /** @throws PoolCredentialsError when the function fails, gives no password or takes too long */
  get(): Promise<Credentials> {
    if (this.kept !== undefined && this.clock.now() < this.kept.untilMs) return Promise.resolve(this.kept.credentials);
    this.fetching ??= this.fetchNow()
      .catch((error: unknown) => {
        throw new PoolCredentialsError(error);
      })
      .finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  /**
   * To be called when the server has refused `used`. Whether the next ones may be others: those that were kept may have
   * been rotated meanwhile, those that were fetched for this connection were not.
   */
  mayRenew(used: Credentials | undefined): boolean {
    if (this.kept?.credentials === used) this.kept = undefined;
    return used?.expiresAtMs !== undefined;
  }

  private async fetchNow(): Promise<Credentials> {
    const given = await withDeadline(
      async () => this.fetch(),
      this.timeoutMs,
      () => new Error(`it did not answer within ${this.timeoutMs} ms`),
    );
    const credentials = typeof given === 'string' ? { password: given } : given;
    if (typeof credentials?.password !== 'string') throw new TypeError('what it gave has no password');
    const { expiresAtMs } = credentials;
    const nowMs = this.clock.now();
    const marginMs = expiresAtMs === undefined ? 0 : Math.min(MARGIN_MS, (expiresAtMs - nowMs) / 10);
    this.kept = expiresAtMs === undefined ? undefined : { credentials, untilMs: expiresAtMs - marginMs };
    return credentials;
  }
}
