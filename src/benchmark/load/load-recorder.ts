import { FineHistogram } from './fine-histogram';
import type { LoadFigures } from './load-plan';

/** Adds up what becomes of requests. */
export class LoadRecorder {
  private readonly latency = new FineHistogram();
  private readonly lateness = new FineHistogram();
  private readonly statuses: Record<string, number> = {};
  private readonly failures: Record<string, number> = {};
  private sent = 0;
  private bytes = 0;

  sending(lateMs: number): void {
    this.sent++;
    this.lateness.record(lateMs);
  }

  answered(status: number, bytes: number, latencyMs: number): void {
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    this.bytes += bytes;
    this.latency.record(latencyMs);
  }

  failed(reason: string, latencyMs: number): void {
    this.failures[reason] = (this.failures[reason] ?? 0) + 1;
    this.latency.record(latencyMs);
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
      generatorCpuMs,
    };
  }
}
