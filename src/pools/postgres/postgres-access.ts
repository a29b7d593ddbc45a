import type { ClientConfig } from 'pg';
import type { Clock } from '../../common/clock';
import { parsePostgresUrl } from '../../common/url-problem';
import type { Credentials } from '../credentials.options';
import { CREDENTIALS_TIMEOUT_MS, CredentialsSource } from '../credentials-source';
import type { PostgresPoolOptions } from '../pools.options';
import { Tls } from '../tls';
import { sqlState } from './postgres.errors';

/** With which PostgreSQL refuses a user or a password. */
const REFUSED: ReadonlySet<unknown> = new Set(['28P01', '28000']);

/** With what the connections are opened: the URL, credentials from a function, TLS. */
export class PostgresAccess {
  private readonly tls: Tls | undefined;
  private readonly source: CredentialsSource | undefined;

  constructor(options: PostgresPoolOptions, clock: Clock, path: string) {
    this.tls = Tls.of(options, path);
    const { credentials } = options;
    if (credentials !== undefined) {
      this.source = new CredentialsSource(credentials, CREDENTIALS_TIMEOUT_MS, clock);
    }
  }

  /** From the function, where there is one. @throws PoolCredentialsError */
  async credentials(): Promise<Credentials | undefined> {
    return this.source && (await this.source.get());
  }

  /** The part of pg's configuration that says where to connect and as whom. */
  configFor(url: string, given: Credentials | undefined): Pick<ClientConfig, 'connectionString' | 'ssl'> {
    const parsed = given === undefined && this.tls === undefined ? undefined : parsePostgresUrl(url);
    if (parsed === undefined) return { connectionString: url };
    if (given !== undefined) {
      parsed.hostname ||= 'localhost'; // without a host a URL can have no user; the folder of a socket is a parameter
      if (given.username !== undefined) parsed.username = encodeURIComponent(given.username);
      parsed.password = encodeURIComponent(given.password);
    }
    if (this.tls === undefined) return { connectionString: parsed.href };
    // pg would take what the URL says of TLS instead of the options.
    for (const name of ['ssl', 'sslmode', 'sslcert', 'sslkey', 'sslrootcert']) parsed.searchParams.delete(name);
    return { connectionString: parsed.href, ssl: this.tls.options() };
  }

  /** Whether a connect that failed may work with fresh credentials. */
  mayRetry(error: unknown, used: Credentials | undefined): boolean {
    return REFUSED.has(sqlState(error)) && this.source?.mayRenew(used) === true;
  }
}
