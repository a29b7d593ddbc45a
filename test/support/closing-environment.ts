import { setTimeout as sleep } from 'node:timers/promises';
import { TestEnvironment } from 'jest-environment-node';

/**
 * What is being closed may take so long on a busy machine: ioredis alone gives a socket to a frozen server two seconds.
 * `testEnvironmentOptions: { graceMs }` is another time.
 */
const GRACE_MS = 15_000;
const POLL_MS = 20;

/** Node's own environment, in which a suite fails that leaves something open: a server, a connection, a timer, a process. */
export default class ClosingEnvironment extends TestEnvironment {
  private before: readonly string[] = [];
  private hasFailed = false;
  private readonly graceMs: number;

  constructor(...[config, context]: ConstructorParameters<typeof TestEnvironment>) {
    super(config, context);
    this.graceMs = Number(config.projectConfig.testEnvironmentOptions.graceMs ?? GRACE_MS);
  }

  override async setup(): Promise<void> {
    await super.setup();
    this.before = process.getActiveResourcesInfo();
  }

  /** A test that fails may leave something open: its own failure is what has to be told. */
  handleTestEvent(event: { readonly name: string }): void {
    if (event.name === 'hook_failure' || event.name === 'test_fn_failure') this.hasFailed = true;
  }

  override async teardown(): Promise<void> {
    const deadline = performance.now() + (this.hasFailed ? 0 : this.graceMs);
    while (this.leftOpen().length > 0 && performance.now() < deadline) await sleep(POLL_MS);
    const left = this.leftOpen();
    await super.teardown();
    if (left.length > 0 && !this.hasFailed)
      throw new Error(`left open: ${left.join(', ')}. Who opens something closes it.`);
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
