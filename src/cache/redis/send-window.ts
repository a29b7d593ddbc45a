/** How many steps, and bytes of values, may be under way at once. */
const MAX_STEPS = 256;
const MAX_BYTES = 262_144;
const MAX_WAITING = 100_000;
/** From so many on, what has been sent is cut off the list of what waits. */
const TRIM_AT = 1_000;

/**
 * The steps under way to Redis, and those that wait for their turn. Deadlines begin with the turn: in a burst each step
 * would otherwise have to pay for all that were sent before it.
 */
export class SendWindow {
  private steps = 0;
  private bytes = 0;
  /** From `next` on, the longest first; without elements when nothing waits. */
  private waiting: (() => void)[] = [];
  private next = 0;

  /** Whether a step has to wait, because there is no room or others have waited longer. */
  get isBusy(): boolean {
    return this.waiting.length > 0 || this.isFull;
  }

  /** `send` is called when it is its turn, or when nothing is sent any more. Returns false if too many wait already. */
  wait(send: () => void): boolean {
    if (this.waiting.length - this.next >= MAX_WAITING) return false;
    this.waiting.push(send);
    return true;
  }

  entered(bytes: number): void {
    this.steps++;
    this.bytes += bytes;
  }

  left(bytes: number): void {
    this.steps--;
    this.bytes -= bytes;
    if (this.waiting.length > 0) queueMicrotask(this.sendNext);
  }

  /** Redis is not used any more: everything that waits is told so now. */
  release(): void {
    this.send(() => true);
  }

  private get isFull(): boolean {
    return this.steps >= MAX_STEPS || this.bytes >= MAX_BYTES;
  }

  private readonly sendNext = (): void => this.send(() => !this.isFull);

  private send(mayGoOn: () => boolean): void {
    while (this.next < this.waiting.length && mayGoOn()) this.waiting[this.next++]!();
    if (this.next !== this.waiting.length && this.next < TRIM_AT) return;
    this.waiting = this.waiting.slice(this.next);
    this.next = 0;
  }
}
