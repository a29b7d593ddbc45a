import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { CustomTypesConfig, Submittable } from 'pg';

/** The parts of pg's client that the pool uses; pg's own types leave out half of them. */
export interface PgClient extends EventEmitter {
  /** True while the server waits for a statement: none is running. */
  readonly readyForQuery?: boolean;
  readonly processID: number | null;
  readonly secretKey: number | Buffer | null;
  readonly host: string;
  readonly port: number;
  readonly ssl: boolean | object;
  readonly connection: EventEmitter & {
    readonly stream: Socket;
    parsedStatements: Record<string, string>;
    submittedNamedStatements: Record<string, string>;
  };
  connect(): Promise<unknown>;
  end(): Promise<void>;
  /** I(dle), T(ransaction) or E(rror), as of the last time the server was ready. */
  getTransactionStatus(): string | null;
  query(query: PgQuery | string, values: unknown, callback: PgCallback): void;
  query<T extends Submittable>(query: T): T;
}

export interface PgQuery {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  /** Prepared under this name once per connection. */
  readonly name?: string | undefined;
  readonly rowMode?: 'array' | undefined;
  readonly types?: CustomTypesConfig | undefined;
}

export interface PgCallback {
  (error: Error | null | undefined, result: unknown): void;
  /** While there is no answer: the promise of it, or true where somebody else waits for the call. */
  unanswered?: Promise<unknown> | true | undefined;
}
