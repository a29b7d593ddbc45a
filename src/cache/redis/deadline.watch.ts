const EVERY_MS = 4;
const HELD_MS = 40;
/** How many rounds with nothing to watch pass before it stops looking. */
const IDLE_ROUNDS = 50;

export interface Watched {
  /** When it is too late, as `performance.now()` has it. */
  readonly until: number;
  /** Has to remove itself from the watch. */
  readonly tooLate: () => void;
  /** Its place among the watched, kept by the watch. */
  at: number;
}

/**
 * The deadlines of commands under way, looked at every 4 ms by one timer: a timer of its own would be a tenth of what a
 * hit in Redis costs. A deadline is kept to within 4 ms.
 */
export class DeadlineWatch {
  private readonly watched: Watched[] = [];
  private timer: NodeJS.Timeout | undefined;
  private idleRounds = 0;
  private lookedAt = 0;

  add(watched: Watched): void {
    watched.at = this.watched.push(watched) - 1;
    if (this.timer === undefined) this.lookedAt = performance.now();
    this.timer ??= setInterval(() => this.look(), EVERY_MS).unref();
  }

  /** Call it exactly once for what was added. */
  remove(watched: Watched): void {
    const last = this.watched.pop();
    if (last === undefined || last === watched) return;
    this.watched[watched.at] = last;
    last.at = watched.at;
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    this.idleRounds = this.watched.length === 0 ? this.idleRounds + 1 : 0;
    if (this.idleRounds > IDLE_ROUNDS) return this.close();
    const now = performance.now();
    const held = now - this.lookedAt > HELD_MS;
    this.lookedAt = now;
    // After a stop of the loop answers may be there unread: they get this turn.
    if (held) return;
    for (const one of this.watched.filter(({ until }) => until <= now)) one.tooLate();
  }
}
