import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { CustomTypesConfig, Submittable } from 'pg';
import { pgPackage } from './pg-package';

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
    /** Sends the end of the session and closes this side. */
    end(): void;
  };
  connect(): Promise<unknown>;
  end(): Promise<void>;
  /** I(dle), T(ransaction) or E(rror), as of the last time the server was ready. */
  getTransactionStatus(): string | null;
  query(query: PgQuery | string, values: unknown, callback: PgCallback): void;
  query<T extends Submittable>(query: T): T;
}

/** What turns the fields of a row into what a caller gets. */
export interface PgRowReader {
  addFields(fields: readonly unknown[]): void;
  parseRow(fields: readonly unknown[]): unknown;
}

/** pg's ways to write values and to read rows, of which its types say nothing. */
interface Unnamed {
  readonly utils: { prepareValue(value: unknown): unknown };
  readonly Result: new (rowMode: string | undefined, types: CustomTypesConfig | undefined) => PgRowReader;
}
const unnamed = (): Unnamed => pgPackage() as unknown as Unnamed;

/** A value as it is sent. */
export const prepareValue = (value: unknown): unknown => unnamed().utils.prepareValue(value);

export const makeRowReader = (rowMode: string | undefined, types: CustomTypesConfig | undefined): PgRowReader =>
  new (unnamed().Result)(rowMode, types);

/** The parts of pg's connection with which a query object sends its messages. */
export interface PgWire {
  readonly stream: Socket;
  parse(message: { readonly text: string }): void;
  bind(message: { readonly portal?: string; readonly values?: readonly unknown[] }): void;
  describe(message: { readonly type: 'P'; readonly name: string }): void;
  execute(message: { readonly portal?: string; readonly rows?: number }): void;
  close(message: { readonly type: 'P'; readonly name: string }): void;
  sync(): void;
  sendCopyFail(reason: string): void;
}

export interface PgQuery {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  /** Prepared under this name once per connection. */
  readonly name?: string | undefined;
  readonly rowMode?: 'array' | undefined;
  readonly types?: CustomTypesConfig | undefined;
  /** It is sent once for each part of its rows, and measures itself. */
  readonly isPart?: true;
}

export interface PgCallback {
  (error: Error | null | undefined, result: unknown): void;
  /** While there is no answer: the promise of it, or true where somebody else waits for the call. */
  unanswered?: Promise<unknown> | true | undefined;
}
