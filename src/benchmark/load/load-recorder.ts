import { FineHistogram } from './fine-histogram';
import type { LoadFigures } from './load-plan';

/** The measured time is told in so many slices: enough for an interval, and each of them long enough for a p99. */
const SLICES = 10;

/** Adds up what becomes of requests. */
export class LoadRecorder {
  private readonly latency = new FineHistogram();
  private readonly lateness = new FineHistogram();
  private readonly statuses: Record<string, number> = {};
  private readonly failures: Record<string, number> = {};
  private readonly slices = Array.from({ length: SLICES }, () => new FineHistogram());
  private sent = 0;
  private bytes = 0;

  sending(lateMs: number): void {
    this.sent++;
    this.lateness.record(lateMs);
  }

  /** `at`: when it was to be sent, as a share (0 to 1) of the measured time. */
  answered(status: number, bytes: number, latencyMs: number, at: number): void {
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    this.bytes += bytes;
    this.record(latencyMs, at);
  }

  failed(reason: string, latencyMs: number, at: number): void {
    this.failures[reason] = (this.failures[reason] ?? 0) + 1;
    this.record(latencyMs, at);
  }

  private record(latencyMs: number, at: number): void {
    this.latency.record(latencyMs);
    this.slices[Math.min(SLICES - 1, Math.floor(at * SLICES))]!.record(latencyMs);
  }

  figures(durationMs: number, generatorCpuMs: number): LoadFigures {
    const { sent, bytes } = this;
    return {
      sent,
      statuses: { ...this.statuses },
      failures: { ...this.failures },
      bytes,
      durationMs,
      latency: this.latency.toCounts(),
      lateness: this.lateness.toCounts(),
      slices: this.slices
        .filter(({ count }) => count > 0)
        .map((slice) => ({ meanMs: slice.meanMs, p99Ms: slice.quantileMs(0.99) })),
      generatorCpuMs,
    };
  }
}
