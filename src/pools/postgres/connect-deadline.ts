import type { PgClient } from './pg-client';

/** How often the time begins anew because something came in the turn in which it ended. */
const MAX_EXTENSIONS = 2;

/**
 * Ends a connect that takes too long. A session begins with several questions and answers, one of which a stop of the
 * event loop may leave unread: when it is found at the end of the time, the server is not what was slow, and it gets the
 * time once more.
 */
export class ConnectDeadline {
  private timer: NodeJS.Timeout | undefined;
  private lastTurn: NodeJS.Immediate | undefined;
  private extensions = 0;

  constructor(
    private readonly client: PgClient,
    private readonly timeoutMs: number,
  ) {
    this.start();
  }

  clear(): void {
    clearTimeout(this.timer);
    clearImmediate(this.lastTurn);
  }

  private start(): void {
    this.timer = setTimeout(() => {
      const before = this.progress;
      // The loop reads what has come before it gets there.
      this.lastTurn = setImmediate(() => this.judge(before));
    }, this.timeoutMs);
  }

  private judge(before: number): void {
    if (this.progress !== before && this.extensions++ < MAX_EXTENSIONS) this.start();
    else this.client.connection.stream.destroy(new Error(`no session began within ${this.timeoutMs} ms`));
  }

  private get progress(): number {
    const { connecting, bytesRead } = this.client.connection.stream;
    return connecting ? -1 : bytesRead;
  }
}
