import type { PgClient } from './pg-client';
import { tagChangesSession, textChangesSession } from './session-change';

/** Parameters that the server itself changes, when it becomes a standby or a primary. */
const SERVER_PARAMETERS = new Set(['in_hot_standby', 'default_transaction_read_only']);
/** With more prepared statements than this a connection is reset when it comes back. */
const MAX_PREPARED = 1_000;

/** Watches the traffic of a connection for changes of the session that would outlive a lease, and for refused writes. */
export class SessionWatch {
  /** A write was refused since this was last set to false. */
  refusedWrite = false;
  /** The server was asked and said that it takes no writes. */
  foundReadOnly = false;
  /** Which of the server's parameters say that it takes no writes (reported since PostgreSQL 14). */
  private readonly readOnlyBy = new Set<string>();
  /** The parameters that the server reports: their values at the start of the session, and which have changed since. */
  private readonly initialParameters = new Map<string, string>();
  private readonly changedParameters = new Map<string, string>();
  /** `DISCARD ALL` is done, and the server may still report what it has changed. */
  private discarded = false;
  private started = false;
  /** A statement was seen that changes the session. */
  private changed = false;
  private prepared = 0;
  private lastText = '';

  /** To be constructed before the client connects. */
  constructor(private readonly client: PgClient) {
    const { connection } = client;
    connection.on('commandComplete', ({ text }: { text: string }) => {
      if (text === 'DISCARD ALL') this.onDiscardAll();
      else if (tagChangesSession(text, this.lastText)) this.changed = true;
    });
    connection.on('readyForQuery', () => {
      if (this.discarded) this.acceptParameters();
    });
    connection.on('parameterStatus', (report: ParameterStatus) => this.onParameterStatus(report));
    connection.on('errorMessage', ({ code, routine }: { code?: string; routine?: string }) => {
      if (code === '25006') this.refusedWrite = true;
      if (code === '26000' || routine === 'RevalidateCachedQuery') this.changed = true;
    });
  }

  /** To be called when the session has begun: parameters reported until now are the initial ones. */
  start(): void {
    this.started = true;
  }

  /** The session differs from a new one. */
  get needsReset(): boolean {
    return this.changed || this.changedParameters.size > 0;
  }

  /** The server says that it takes no writes. */
  get readOnly(): boolean {
    return this.foundReadOnly || this.readOnlyBy.size > 0;
  }

  /** Takes note of a statement that is about to be sent. */
  sending(text: string, name: string | undefined): void {
    this.lastText = text;
    if (this.changed) return;
    if (textChangesSession(text)) this.changed = true;
    if (name !== undefined && this.client.connection.parsedStatements[name] === undefined) {
      if (++this.prepared > MAX_PREPARED) this.changed = true;
    }
  }

  private onParameterStatus({ parameterName: name, parameterValue: value }: ParameterStatus): void {
    if (SERVER_PARAMETERS.has(name)) {
      if (value === 'on') this.readOnlyBy.add(name);
      else this.readOnlyBy.delete(name);
    } else if (!this.started) this.initialParameters.set(name, value);
    else if (this.initialParameters.get(name) === value) this.changedParameters.delete(name);
    else this.changedParameters.set(name, value);
  }

  /** What differs even after `DISCARD ALL` is what a session begins with now: the server's configuration has changed. */
  private acceptParameters(): void {
    this.discarded = false;
    for (const [name, value] of this.changedParameters) this.initialParameters.set(name, value);
    this.changedParameters.clear();
  }

  private onDiscardAll(): void {
    this.changed = false;
    this.discarded = true;
    this.prepared = 0;
    // DISCARD ALL deallocates what the client believes to be prepared.
    this.client.connection.parsedStatements = {};
    this.client.connection.submittedNamedStatements = {};
  }
}

interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}
