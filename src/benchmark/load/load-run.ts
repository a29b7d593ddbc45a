import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../seeded-random';
import { type Arrivals, arrivalTimes } from './arrivals';
import { HttpSender, type SendResult } from './http-sender';
import type { ClosedLoop, LoadFigures, LoadPlan, PlannedRequest } from './load-plan';
import { LoadRecorder } from './load-recorder';

/** A timer is late by up to two milliseconds: the last of a wait is spent asking for the time, between other events. */
const TIMER_PRECISION_MS = 2;
/** How often unfinished requests are looked for at the end. */
const DRAIN_EVERY_MS = 5;

/** One load, from the first connection to the last answer. It is meant to have a thread for itself. */
export class LoadRun {
  private readonly sender: HttpSender;
  private readonly recorder = new LoadRecorder();
  private readonly pick: () => PlannedRequest;
  /** Of the measured requests, those without a result yet. */
  private unfinished = 0;
  private startMs = 0;
  private cpuAtStart = process.threadCpuUsage();
  private measuredToMs = 0;

  /** `onMeasuring` is called when the measured time begins. */
  constructor(
    private readonly plan: LoadPlan,
    private readonly onMeasuring: () => void = () => undefined,
  ) {
    this.sender = new HttpSender(plan.origin, plan.connections, plan.timeoutMs);
    this.pick = picker(plan.requests, plan.seed);
  }

  /** Ms since the measured time began; negative before. */
  get elapsedMs(): number {
    return performance.now() - this.measuredFromMs;
  }

  private get measuredFromMs(): number {
    return this.startMs + this.plan.warmUpMs;
  }

  /** What has been measured so far. */
  figures(): LoadFigures {
    const cpu = process.threadCpuUsage(this.cpuAtStart);
    const endMs = Math.max(this.measuredToMs, Math.min(performance.now(), this.measuredFromMs + this.plan.durationMs));
    return this.recorder.figures(Math.max(0, endMs - this.measuredFromMs), (cpu.user + cpu.system) / 1_000);
  }

  /** Ends every connection: nothing is sent any more. */
  stop(): Promise<void> {
    return this.sender.close();
  }

  async run(): Promise<LoadFigures> {
    const { arrivals, warmUpMs } = this.plan;
    try {
      await this.warmConnections();
      this.startMs = performance.now();
      if (warmUpMs === 0) this.measure();
      else setTimeout(() => this.measure(), warmUpMs);
      if (arrivals.kind === 'closed') await this.closedLoop(arrivals);
      else await this.openLoop(arrivals);
      while (this.unfinished > 0) await sleep(DRAIN_EVERY_MS);
      return this.figures();
    } finally {
      await this.sender.close();
    }
  }

  private measure(): void {
    this.cpuAtStart = process.threadCpuUsage();
    this.onMeasuring();
  }

  /** Opens connections before anything is measured: as many as requests at once bring about. */
  private async warmConnections(): Promise<void> {
    const { arrivals, connections } = this.plan;
    const count = arrivals.kind === 'closed' ? arrivals.callers : connections;
    await Promise.all(
      Array.from(
        { length: Math.min(count, connections) },
        () => new Promise((done) => this.sender.send(this.pick(), done)),
      ),
    );
  }

  private openLoop(arrivals: Arrivals): Promise<void> {
    const times = arrivalTimes(arrivals);
    const endMs = this.measuredFromMs + this.plan.durationMs;
    let nextMs = this.startMs + times.next().value;
    return new Promise((resolve) => {
      const turn = () => {
        const nowMs = performance.now();
        while (nextMs <= nowMs) {
          if (nextMs >= endMs) return resolve();
          this.send(nextMs, performance.now());
          nextMs = this.startMs + times.next().value;
        }
        if (nextMs >= endMs) return resolve();
        const waitMs = nextMs - performance.now();
        if (waitMs > TIMER_PRECISION_MS) setTimeout(turn, waitMs - TIMER_PRECISION_MS);
        else setImmediate(turn);
      };
      turn();
    });
  }

  private async closedLoop({ callers }: ClosedLoop): Promise<void> {
    const endMs = this.measuredFromMs + this.plan.durationMs;
    const caller = async () => {
      while (performance.now() < endMs)
        await new Promise<void>((next) => this.send(performance.now(), undefined, next));
    };
    await Promise.all(Array.from({ length: callers }, caller));
  }

  /** `sentMs`: when the generator got to it, where it was to be sent at `intendedMs` whatever has been answered. */
  private send(intendedMs: number, sentMs: number = intendedMs, next?: () => void): void {
    const measured = intendedMs >= this.measuredFromMs;
    if (measured) {
      this.unfinished++;
      this.recorder.sending(sentMs - intendedMs);
    }
    this.sender.send(this.pick(), (result) => {
      if (measured) this.record(result, intendedMs);
      next?.();
    });
  }

  private record(result: SendResult, intendedMs: number): void {
    const nowMs = performance.now();
    this.unfinished--;
    this.measuredToMs = Math.max(nowMs, this.measuredFromMs + this.plan.durationMs);
    const at = (intendedMs - this.measuredFromMs) / this.plan.durationMs;
    if ('failure' in result) this.recorder.failed(result.failure, nowMs - intendedMs, at);
    else this.recorder.answered(result.status, result.bytes, nowMs - intendedMs, at);
  }
}

/** Draws requests in proportion to their weights, the same ones for the same seed. */
function picker(requests: readonly PlannedRequest[], seed: number): () => PlannedRequest {
  if (requests.length === 1) return () => requests[0]!;
  const total = requests.reduce((sum, { weight }) => sum + weight, 0);
  const random = seededRandom(seed);
  return () => {
    let point = random() * total;
    return requests.find(({ weight }) => (point -= weight) < 0) ?? requests.at(-1)!;
  };
}
