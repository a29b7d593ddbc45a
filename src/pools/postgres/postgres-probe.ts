import { withDeadline } from '../../common/deadline';
import { ServerBusyError } from '../health-probe';
import type { LeasePool } from '../lease-pool';
import type { LeaseSlot } from '../lease-slot';
import type { PostgresConnection } from './postgres-connection';
import type { PostgresConnector } from './postgres-connector';

/** A ping under way on an idle connection. */
interface Ping {
  readonly slot: LeaseSlot<PostgresConnection>;
  readonly answered: Promise<void>;
}

/**
 * Asks whether the server answers, without a connection of its own: on one that is idle; where none is, by opening one
 * the pool has room for, or with a greeting that takes no connection of the server.
 */
export class PostgresProbe {
  /** The last check found the server well, so that a greeting tells enough of it. */
  private wasWell = false;
  private ping: Ping | undefined;

  constructor(
    private readonly connector: PostgresConnector,
    private readonly leases: LeasePool<PostgresConnection>,
    private readonly timeoutMs: number,
  ) {}

  /** Rejects when the server does not answer in time. @throws ServerBusyError */
  async check(): Promise<void> {
    try {
      await this.ask();
      this.wasWell = true;
    } catch (error) {
      this.wasWell = false;
      throw error;
    }
  }

  private ask(): Promise<void> {
    this.ping ??= this.startPing();
    if (this.ping !== undefined) return this.waitFor(this.ping);
    const mayOpen = this.leases.hasRoom && !(this.wasWell && this.leases.isWell);
    return this.withinTimeout((signal) => (mayOpen ? this.open(signal) : this.connector.greet(signal)));
  }

  private startPing(): Ping | undefined {
    const slot = this.leases.takeForProbe();
    if (slot === undefined) return undefined;
    const answered = slot.resource.ping();
    const ping = { slot, answered };
    const ended = (error?: unknown) => {
      if (this.ping === ping) this.ping = undefined;
      this.leases.returnProbed(slot, error);
    };
    answered.then(() => ended(), ended);
    return ping;
  }

  /**
   * When the answer takes long, the server is greeted as well: if it answers that, the statement waits in a queue, of a
   * pooler before the server or of an overloaded server, and neither is dead.
   */
  private async waitFor({ slot, answered }: Ping): Promise<void> {
    const controller = new AbortController();
    let greeted = false;
    const greetLater = setTimeout(() => {
      this.connector.greet(controller.signal).then(
        () => (greeted = true),
        () => undefined,
      );
    }, this.timeoutMs / 2);
    try {
      await this.withinTimeout(() => answered);
    } catch (error) {
      const isBusy = greeted && this.ping !== undefined;
      if (isBusy) throw new ServerBusyError(`It answers, and ran no statement within ${this.timeoutMs} ms`);
      this.ping = undefined;
      this.leases.returnProbed(slot, error);
      throw error;
    } finally {
      clearTimeout(greetLater);
      controller.abort();
    }
  }

  private async open(signal: AbortSignal): Promise<void> {
    try {
      await this.leases.openForProbe(signal);
    } catch (error) {
      if (!this.connector.isFull(error)) throw error; // that is an answer
    }
  }

  private withinTimeout(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { timeoutMs } = this;
    return withDeadline(work, timeoutMs, () => new Error(`It did not answer a probe within ${timeoutMs} ms`));
  }
}
