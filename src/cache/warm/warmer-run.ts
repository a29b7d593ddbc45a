import type { Logger } from '@nestjs/common';
import { messageOf } from '../../pools/pools.errors';
import { WarmUp } from './warm-up';
import type { Warmer } from './warmer-explorer';

export interface WarmerState {
  readonly name: string;
  readonly cron: string | undefined;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** Of the present run, or the last one. */
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  readonly durationMs: number | undefined;
  readonly error: string | undefined;
  /** Why the first of the failed items failed. */
  readonly itemError: string | undefined;
}

/** A warmer with its present or last run; runs of one warmer never overlap. */
export class WarmerRun {
  private running: Promise<void> | undefined;
  private warmUp: WarmUp | undefined;
  private startedMs = 0;
  private durationMs: number | undefined;
  private error: string | undefined;

  constructor(
    private readonly warmer: Warmer,
    private readonly signal: AbortSignal,
    private readonly logger: Logger,
  ) {}

  /** Runs it, or joins the run under way; never rejects: a warmer that fails costs speed, nothing else. */
  start(): Promise<void> {
    this.running ??= this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Like `start`, but rejects if the run failed, so that the caller can count failures. */
  async startAndReport(): Promise<void> {
    await this.start();
    if (this.error !== undefined) throw new Error(this.error);
  }

  state(): WarmerState {
    const { name, cron } = this.warmer;
    const { done = 0, failed = 0, total = 0 } = this.warmUp ?? {};
    const running = this.running !== undefined;
    const ended = this.error === undefined ? 'done' : 'failed';
    return {
      name,
      cron,
      state: this.warmUp === undefined ? 'waiting' : running ? 'running' : ended,
      done,
      failed,
      total,
      durationMs: running ? performance.now() - this.startedMs : this.durationMs,
      error: this.error,
      itemError: failed === 0 ? undefined : messageOf(this.warmUp?.firstFailure),
    };
  }

  private tellOfFailedItems({ failed, total, firstFailure }: WarmUp): void {
    if (failed === 0) return;
    const items = `${failed} of the ${total} items of the cache warmer "${this.warmer.name}"`;
    this.logger.warn(`${items} failed, the first with: ${messageOf(firstFailure)}`);
  }

  private async run(): Promise<void> {
    this.warmUp = new WarmUp(this.signal);
    this.startedMs = performance.now();
    this.error = undefined;
    try {
      await this.warmer.run(this.warmUp);
    } catch (error) {
      this.error = messageOf(error);
      this.logger.warn(`the cache warmer "${this.warmer.name}" failed: ${this.error}`);
    } finally {
      this.durationMs = performance.now() - this.startedMs;
      this.tellOfFailedItems(this.warmUp);
    }
  }
}
