import type { Clock } from '../../common/clock';

/** Less (ms) is a correction that NTP makes bit by bit. */
const SMALLEST_STEP_MS = 1_000;
/** Settings of the clock that are remembered; of more, the earliest two count as one. */
const MAX_SETTINGS = 1_000;

/** One setting of the system's clock. */
interface Setting {
  /** What wall time was ahead of monotonic time. */
  aheadMs: number;
  /** Until when it was seen, in monotonic time. */
  untilMs: number;
}

/**
 * Since when samples are kept. The retention passes in monotonic time: a clock that is set forward by days makes nothing
 * old, so what was taken within the retention is kept by whatever clock it was taken.
 */
export class RetentionFloor {
  /** Those that were in force within the retention, the earliest first. */
  private readonly settings: Setting[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly retentionMs: number,
  ) {
    this.look();
  }

  /** Notices what the clock is set to; to be called at each tick. */
  look(): void {
    const nowMs = this.clock.monotonic();
    const aheadMs = this.clock.now() - nowMs;
    const last = this.settings.at(-1);
    if (last === undefined || Math.abs(aheadMs - last.aheadMs) >= SMALLEST_STEP_MS)
      this.settings.push({ aheadMs, untilMs: nowMs });
    else last.untilMs = nowMs;
    while (this.settings[0]!.untilMs < this.takenFromMs) this.settings.shift();
    if (this.settings.length > MAX_SETTINGS) {
      const [first] = this.settings.splice(0, 1);
      this.settings[0]!.aheadMs = Math.min(this.settings[0]!.aheadMs, first!.aheadMs);
    }
  }

  /** In monotonic time: what was taken before is not kept, whatever time it carries. */
  get takenFromMs(): number {
    return this.clock.monotonic() - this.retentionMs;
  }

  /** In wall time: of samples with an earlier time none was taken within the retention. */
  get wallMs(): number {
    const nowMs = this.clock.monotonic();
    let aheadMs = this.clock.now() - nowMs;
    for (const setting of this.settings) if (setting.aheadMs < aheadMs) aheadMs = setting.aheadMs;
    return nowMs + aheadMs - this.retentionMs;
  }
}
