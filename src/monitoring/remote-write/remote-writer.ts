import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { doneWithin } from '../../common/deadline';
import { FailureLog } from '../../common/log/failure-log';
import { LoopSlices } from '../../common/loop-slices';
import { SERVICE_VERSION } from '../../common/service-version';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring.module-definition';
import { Labels } from '../series/labels';
import { BlockTable } from '../series/persistence/block-table';
import { SeriesStore } from '../series/series-store';
import { RemoteWriteFailedError } from './remote-write.errors';
import { loadSnappy } from './snappy';
import { type WrittenSeries, writeRequest } from './write-request';

/** Samples in one message, as Prometheus sends them. */
const MAX_SAMPLES = 2_000;
/** What is late is sent in pieces of so much time (ms): of a series an earlier sample must not come after a later one. */
const WINDOW_MS = 60_000;
const REQUEST_TIMEOUT_MS = 30_000;
const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 60_000;
const SHUTDOWN_TIMEOUT_MS = 4_000;
/** Failures that last longer (ms) are told in the health. */
const TOLERATED_FAILURE_MS = 120_000;
const SERIES_PER_LOOK = 16;
/** Characters of the other side's answer in the log. */
const MAX_SHOWN = 200;
const MAX_ANSWER_BYTES = 4_096;

type Batch = Omit<WrittenSeries, 'histograms'>[];

/** Seconds that the other side wants to be left alone. */
class LeaveAloneError extends RemoteWriteFailedError {
  constructor(
    problem: string,
    readonly waitMs: number,
  ) {
    super(problem);
  }
}

/**
 * Sends every sample to a remote-write endpoint (protocol 1.0), as Prometheus does. The store is the queue: what could not
 * be sent is read again, for as long as it is kept. What the other side refuses is dropped and counted.
 */
@Injectable()
export class RemoteWriter implements BeforeApplicationShutdown {
  /** Samples so far, and requests that failed. */
  readonly counts = { sent: 0, dropped: 0, failures: 0 };
  private readonly logger = new Logger(RemoteWriter.name);
  private readonly failures: FailureLog;
  private readonly refusals: FailureLog;
  private readonly added: readonly (readonly [string, string])[];
  private readonly url: URL | undefined;
  private sentUntilMs: number | undefined;
  private tickMs = 0;
  private waitMs = 0;
  private notBeforeMs = -Infinity;
  private sending: Promise<void> | undefined;
  private readonly ending = new AbortController();

  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    private readonly store: SeriesStore,
    table: BlockTable,
    private readonly clock: Clock,
  ) {
    const { url } = options.remoteWrite;
    this.url = url === undefined ? undefined : new URL(url);
    this.added = [
      ['job', 'performance-gateway'],
      ['instance', table.instance],
    ];
    this.failures = new FailureLog(this.logger, clock, 'Samples are sent to the remote-write endpoint again');
    this.refusals = new FailureLog(this.logger, clock, 'The remote-write endpoint takes all samples again');
  }

  get isConfigured(): boolean {
    return this.url !== undefined;
  }

  /** How far (ms) what was sent is behind what was sampled. */
  get lagMs(): number {
    return this.sentUntilMs === undefined ? 0 : Math.max(0, this.tickMs - this.sentUntilMs);
  }

  /** What an operator has to know; `undefined`: all is well, or there is nothing to send to. */
  problem(): string | undefined {
    for (const [what, { current }] of [
      ['have not been sent', this.failures],
      ['are refused and dropped', this.refusals],
    ] as const) {
      if (current === undefined || current.lastsMs < TOLERATED_FAILURE_MS) continue;
      const since = new Date(current.sinceMs).toISOString();
      return `samples for ${this.url!.host} ${what} since ${since} (${current.reason}); check its URL, token and limits`;
    }
    return undefined;
  }

  /** All samples up to this time (Unix ms) are in the store: begins to send them, unless that is under way. */
  sendUntil(tickMs: number): void {
    if (this.url === undefined || this.ending.signal.aborted) return;
    // The first time, and after the clock was set back, it begins with this tick.
    if (this.sentUntilMs === undefined || tickMs <= this.sentUntilMs) this.sentUntilMs = tickMs - 1;
    this.tickMs = tickMs;
    if (this.clock.monotonic() >= this.notBeforeMs) this.begin();
  }

  /** What is left is sent, if that is quick. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.url === undefined) return;
    if (this.lagMs > 0 && this.failures.current === undefined) this.begin();
    await doneWithin(this.sending ?? Promise.resolve(), SHUTDOWN_TIMEOUT_MS);
    this.ending.abort();
  }

  private begin(): void {
    this.sending ??= this.attempt().finally(() => (this.sending = undefined));
  }

  private async attempt(): Promise<void> {
    try {
      let windowMs = WINDOW_MS;
      while (this.sentUntilMs! < this.tickMs) {
        const toMs = Math.min(this.tickMs, this.sentUntilMs! + windowMs);
        const samples = await this.sendWindow(this.sentUntilMs! + 1, toMs);
        this.sentUntilMs = toMs;
        // Over a time without samples, such as the years that a clock was set ahead by, it goes faster and faster.
        windowMs = samples > 0 ? WINDOW_MS : windowMs * 2;
      }
      this.waitMs = 0;
      this.failures.succeeded();
    } catch (error) {
      if (this.ending.signal.aborted) return;
      this.counts.failures++;
      this.failures.failed(`Samples could not be sent to ${this.url!.host}`, error);
      this.waitMs = Math.min(MAX_WAIT_MS, Math.max(FIRST_WAIT_MS, this.waitMs * 2));
      const wait = error instanceof LeaveAloneError ? Math.max(error.waitMs, this.waitMs) : this.waitMs;
      this.notBeforeMs = this.clock.monotonic() + wait;
    }
  }

  /** @returns how many samples there were */
  private async sendWindow(fromMs: number, toMs: number): Promise<number> {
    const slices = new LoopSlices(this.clock);
    let batch: Batch = [];
    let samples = 0;
    let all = 0;
    let looked = 0;
    for (const { labels, samples: found } of this.store.select([], fromMs, toMs)) {
      batch.push({
        labels: [...Labels.from([...this.added, ...labels])],
        // The next series may reuse the memory.
        timestamps: found.timestamps.slice(),
        values: found.values.slice(),
      });
      samples += found.values.length;
      all += found.values.length;
      if (samples >= MAX_SAMPLES) {
        await this.send(batch, samples);
        batch = [];
        samples = 0;
      }
      if (++looked % SERIES_PER_LOOK === 0) await slices.pause();
    }
    if (samples > 0) await this.send(batch, samples);
    return all;
  }

  /** @throws RemoteWriteFailedError when it may work later; what is refused for good is dropped */
  private async send(batch: Batch, samples: number): Promise<void> {
    const { compress } = await loadSnappy();
    const response = await this.post(await compress(writeRequest(batch)));
    const answer = await firstOf(response);
    if (response.ok) {
      this.counts.sent += samples;
      this.refusals.succeeded();
      return;
    }
    const said = `${response.status} ${answer.slice(0, MAX_SHOWN)}`.trim();
    if (response.status === 429 || response.status >= 500) {
      const seconds = Number(response.headers.get('retry-after'));
      throw new LeaveAloneError(`it answered ${said}`, Number.isFinite(seconds) ? seconds * 1_000 : 0);
    }
    this.counts.dropped += samples;
    this.refusals.failed(`${this.url!.host} refused samples of a remote write, which are dropped`, new Error(said));
  }

  private async post(body: Buffer): Promise<Response> {
    const { username, password } = this.url!;
    const url = new URL(this.url!);
    url.username = url.password = '';
    const { token } = this.options.remoteWrite;
    const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
    const credentials = token !== undefined ? `Bearer ${token}` : username === '' ? undefined : `Basic ${basic}`;
    try {
      return await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-protobuf',
          'content-encoding': 'snappy',
          'user-agent': `performance-gateway/${SERVICE_VERSION}`,
          'x-prometheus-remote-write-version': '0.1.0',
          ...(credentials !== undefined && { authorization: credentials }),
        },
        body: new Uint8Array(body),
        redirect: 'error',
        signal: AbortSignal.any([this.ending.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
    } catch (error) {
      const { cause, message } = error as Error;
      throw new RemoteWriteFailedError(cause instanceof Error ? cause.message : message, { cause: error });
    }
  }
}

/** The beginning of an answer, read to where it is of use. */
async function firstOf(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.length > MAX_ANSWER_BYTES) break;
    }
  } catch {
    return text; // the status says what matters
  }
  return text.trim();
}
