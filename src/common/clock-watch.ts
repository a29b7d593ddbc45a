import type { Clock } from './clock';

/** Less (ms) is a correction that NTP makes bit by bit, or a timer read a moment apart. */
const SMALLEST_STEP_MS = 1_000;

/**
 * Notices that the system's clock was set, or that the machine slept: wall time and monotonic time have then moved by
 * different amounts.
 */
export class ClockWatch {
  private wallMs: number;
  private monotonicMs: number;

  constructor(private readonly clock: Clock) {
    this.wallMs = clock.now();
    this.monotonicMs = clock.monotonic();
  }

  /** By how much (ms) the clock was set since the last look; negative when it was set back, 0 when it was not. */
  look(): number {
    const wallMs = this.clock.now();
    const monotonicMs = this.clock.monotonic();
    const stepMs = Math.round(wallMs - this.wallMs - (monotonicMs - this.monotonicMs));
    this.wallMs = wallMs;
    this.monotonicMs = monotonicMs;
    return Math.abs(stepMs) < SMALLEST_STEP_MS ? 0 : stepMs;
  }
}
