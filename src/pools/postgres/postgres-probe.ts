import type { PostgresConnection } from './postgres-connection';
import type { PostgresConnector } from './postgres-connector';
import { isServerFull } from './postgres.errors';

/**
 * One connection in addition to `max` that only asks whether the server answers: a pool whose connections are all in use
 * must not count as down.
 */
export class PostgresProbe {
  private connection: PostgresConnection | undefined;

  constructor(
    private readonly connector: PostgresConnector,
    private readonly onLost: () => void,
  ) {}

  /** Rejects when the server does not answer; the next call then opens a new connection. A server that is full answers. */
  async check(signal: AbortSignal): Promise<void> {
    let connection = this.connection;
    try {
      connection ??= await this.open(signal);
      const cut = connection;
      signal.addEventListener('abort', () => this.drop(cut), { once: true });
      await connection.ping();
      if (signal.aborted) this.drop(connection);
    } catch (error) {
      if (connection !== undefined) this.drop(connection);
      else if (isServerFull(error)) return; // that is an answer
      throw error;
    }
  }

  close(): void {
    if (this.connection !== undefined) this.drop(this.connection);
  }

  private async open(signal: AbortSignal): Promise<PostgresConnection> {
    const opened: { connection?: PostgresConnection } = {};
    const connection = await this.connector.open(signal, () => {
      if (opened.connection !== undefined && this.connection === opened.connection) {
        this.connection = undefined;
        this.onLost();
      }
    });
    opened.connection = this.connection = connection;
    return connection;
  }

  private drop(connection: PostgresConnection): void {
    if (this.connection === connection) this.connection = undefined;
    this.connector.close(connection);
  }
}
