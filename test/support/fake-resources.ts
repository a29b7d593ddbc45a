import type { LeaseResource } from '../../src/pools/lease-pool.options';
import type { CloseReason } from '../../src/pools/pool-counters';

export interface FakeConnection {
  readonly id: number;
  lost: (error: Error) => void;
  usable: boolean;
  clean: boolean | Promise<boolean>;
  closedFor: CloseReason | undefined;
}

/** Connections to nowhere, whose opening, validating and cleaning a test decides. */
export class FakeResources implements LeaseResource<FakeConnection> {
  readonly all: FakeConnection[] = [];
  attempts = 0;
  connecting = 0;
  /** Undefined: connects at once. */
  connectDelayMs: number | undefined;
  connectError: Error | undefined;

  get alive(): FakeConnection[] {
    return this.all.filter(({ closedFor }) => closedFor === undefined);
  }

  async open(signal: AbortSignal, lost: (error: unknown) => void): Promise<FakeConnection> {
    this.attempts++;
    this.connecting++;
    try {
      if (this.connectDelayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, this.connectDelayMs));
      signal.throwIfAborted();
      if (this.connectError !== undefined) throw this.connectError;
      const connection = { id: this.all.length, lost, usable: true, clean: true, closedFor: undefined };
      this.all.push(connection);
      return connection;
    } finally {
      this.connecting--;
    }
  }

  close(connection: FakeConnection, reason: CloseReason): void {
    if (connection.closedFor !== undefined) throw new Error(`connection ${connection.id} was closed twice`);
    connection.closedFor = reason;
  }

  async validate(connection: FakeConnection): Promise<void> {
    if (!connection.usable) throw new Error('not usable');
  }

  clean(connection: FakeConnection): boolean | Promise<boolean> {
    return connection.clean;
  }
}
