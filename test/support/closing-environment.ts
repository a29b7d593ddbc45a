import { setTimeout as sleep } from 'node:timers/promises';
import { TestEnvironment } from 'jest-environment-node';

/** What is being closed may take so long on a busy machine: ioredis alone gives a socket to a frozen server two seconds. */
const GRACE_MS = 15_000;
const POLL_MS = 20;

/** Node's own environment, in which a suite fails that leaves something open: a server, a connection, a timer, a process. */
export default class ClosingEnvironment extends TestEnvironment {
  private before: readonly string[] = [];

  override async setup(): Promise<void> {
    await super.setup();
    this.before = process.getActiveResourcesInfo();
  }

  override async teardown(): Promise<void> {
    const deadline = performance.now() + GRACE_MS;
    while (this.leftOpen().length > 0 && performance.now() < deadline) await sleep(POLL_MS);
    const left = this.leftOpen();
    await super.teardown();
    if (left.length > 0) throw new Error(`left open: ${left.join(', ')}. Who opens something closes it.`);
  }

  /** What there is now and was not before the suite, in the words that Node has for kinds of resources. */
  private leftOpen(): readonly string[] {
    const left = process.getActiveResourcesInfo();
    for (const kind of this.before) {
      const at = left.indexOf(kind);
      if (at !== -1) left.splice(at, 1);
    }
    return left;
  }
}
