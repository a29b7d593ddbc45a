/** How many steps, and bytes of values, may be under way at once. */
const MAX_STEPS = 256;
const MAX_BYTES = 262_144;
const MAX_WAITING = 100_000;
/** From so many on, what has had its turn is cut off a queue. */
const TRIM_AT = 1_000;

/** Callbacks in the order in which they came. */
class Queue {
  private waiting: (() => void)[] = [];
  private next = 0;

  get size(): number {
    return this.waiting.length - this.next;
  }

  /** Returns false if too many wait already. */
  add(callback: () => void): boolean {
    if (this.size >= MAX_WAITING) return false;
    this.waiting.push(callback);
    return true;
  }

  take(): (() => void) | undefined {
    const first = this.waiting[this.next];
    if (first !== undefined) this.next++;
    if (this.next === this.waiting.length || this.next >= TRIM_AT) {
      this.waiting = this.waiting.slice(this.next);
      this.next = 0;
    }
    return first;
  }
}

/**
 * The steps under way to Redis, and those that wait for their turn. Deadlines begin with the turn: in a burst each step
 * would otherwise have to pay for all that were sent before it.
 */
export class SendWindow {
  private steps = 0;
  private bytes = 0;
  private readonly waiting = new Queue();
  /** What begins only when nothing waits, so that in a burst a part of it is ended before the next is begun. */
  private readonly beginnings = new Queue();
  private willSend = false;

  /** Whether a step has to wait, because there is no room or others have waited longer. */
  get isBusy(): boolean {
    return this.waiting.size > 0 || this.isFull;
  }

  /** `send` is called when it is its turn, or when nothing is sent any more. Returns false if too many wait already. */
  wait(send: () => void): boolean {
    return this.waiting.add(send);
  }

  /** The same, behind all steps that wait or come to wait: `begin` has further ones to send. */
  waitToBegin(begin: () => void): boolean {
    return this.beginnings.add(begin);
  }

  entered(bytes: number): void {
    this.steps++;
    this.bytes += bytes;
  }

  left(bytes: number): void {
    this.steps--;
    this.bytes -= bytes;
    if (this.willSend || this.waiting.size + this.beginnings.size === 0) return;
    this.willSend = true;
    queueMicrotask(this.sendNext);
  }

  /** Redis is not used any more: everything that waits is told so now. */
  release(): void {
    this.send(() => true);
  }

  private get isFull(): boolean {
    return this.steps >= MAX_STEPS || this.bytes >= MAX_BYTES;
  }

  private readonly sendNext = (): void => {
    this.willSend = false;
    this.send(() => !this.isFull);
  };

  private send(mayGoOn: () => boolean): void {
    while (mayGoOn()) {
      const next = this.waiting.take() ?? this.beginnings.take();
      if (next === undefined) return;
      next();
    }
  }
}
