import type { Logger } from '@nestjs/common';
import type { Clock } from '../../../common/clock';
import { doneWithin } from '../../../common/deadline';
import { FailureLog } from '../../../common/log/failure-log';
import type { AlertReceiver, PostedAlert } from '../../posted-alert';
import { PLAIN_HTTP } from '../config/http-client-config';
import { fingerprintOf } from '../matching/label-set';
import type { OutboundHttp } from './outbound-http';

/** How often (ms) what fires is sent again, as Prometheus does. */
const RESEND_MS = 60_000;
/** How long (ms) the end of an alert is sent. */
const RESOLVED_SENT_MS = 900_000;
/** Alerts in one request, as Prometheus sends them. */
const MAX_BATCH = 64;
/** Alerts that wait for one Alertmanager; the oldest go first. */
const MAX_WAITING = 10_000;
const TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

interface Sent {
  readonly alert: PostedAlert;
  readonly sentAtMs: number;
}

/** Sends every alert to real Alertmanagers, as a Prometheus does: each has a queue of its own, none waits for another. */
export class AlertmanagerForwarder implements AlertReceiver {
  private readonly sent = new Map<string, Sent>();
  private readonly targets: readonly Target[];

  constructor(
    urls: readonly string[],
    http: OutboundHttp,
    private readonly clock: Clock,
    logger: Pick<Logger, 'warn' | 'log'>,
  ) {
    this.targets = urls.map((url) => new Target(url, http, clock, logger));
  }

  get isConfigured(): boolean {
    return this.targets.length > 0;
  }

  /** Alerts that were dropped so far, since an Alertmanager could not be reached. */
  get dropped(): number {
    return this.targets.reduce((sum, { dropped }) => sum + dropped, 0);
  }

  /** A sentence for each Alertmanager that has not been reached for so long (ms). */
  problems(forMs: number): string[] {
    return this.targets.flatMap((target) => target.problem(forMs) ?? []);
  }

  receive(alerts: readonly PostedAlert[]): void {
    if (!this.isConfigured) return;
    const nowMs = this.clock.now();
    const due = alerts.filter((alert) => this.isDue(alert, nowMs));
    for (const target of this.targets) target.add(due);
  }

  /** Sends what waits. */
  turn(): void {
    for (const target of this.targets) target.send();
  }

  async end(): Promise<void> {
    await Promise.all(this.targets.map((target) => target.end()));
  }

  private isDue(alert: PostedAlert, nowMs: number): boolean {
    const id = fingerprintOf(alert.labels);
    const before = this.sent.get(id);
    const isOver = alert.endsAt <= nowMs;
    if (isOver && (before === undefined || nowMs - alert.endsAt > RESOLVED_SENT_MS)) {
      this.sent.delete(id);
      return false;
    }
    const wasOver = before !== undefined && before.alert.endsAt <= before.sentAtMs;
    const isNew = before === undefined || isOver !== wasOver || before.alert.startsAt !== alert.startsAt;
    if (!isNew && nowMs - before.sentAtMs < RESEND_MS) return false;
    this.sent.set(id, { alert, sentAtMs: nowMs });
    return true;
  }
}

class Target {
  dropped = 0;
  private readonly url: string;
  private readonly http: Parameters<OutboundHttp['call']>[0]['http'];
  private waiting: PostedAlert[] = [];
  private sending: Promise<void> | undefined;
  private readonly ending = new AbortController();
  private readonly failures: FailureLog;
  private pauseMs = 0;
  private notBeforeMs = -Infinity;

  constructor(
    given: string,
    private readonly outbound: OutboundHttp,
    private readonly clock: Clock,
    logger: Pick<Logger, 'warn' | 'log'>,
  ) {
    const url = new URL(given);
    const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    this.http = {
      ...PLAIN_HTTP,
      basic_auth: username === '' ? undefined : { username, password, password_file: undefined },
    };
    url.username = url.password = '';
    this.url = `${url.href.replace(/\/$/, '')}/api/v2/alerts`;
    this.failures = new FailureLog(logger, clock, `Alerts are sent to ${url.host} again`);
  }

  problem(forMs: number): string | undefined {
    const { current } = this.failures;
    if (current === undefined || current.lastsMs < forMs) return undefined;
    const since = new Date(current.sinceMs).toISOString();
    return `the Alertmanager at ${new URL(this.url).host} has not taken alerts since ${since}: ${current.reason}; see that it runs and is reached from here`;
  }

  add(alerts: readonly PostedAlert[]): void {
    this.waiting.push(...alerts);
    const excess = this.waiting.length - MAX_WAITING;
    if (excess > 0) this.dropped += this.waiting.splice(0, excess).length;
  }

  send(): void {
    if (this.waiting.length === 0 || this.ending.signal.aborted || this.clock.monotonic() < this.notBeforeMs) return;
    this.sending ??= this.sendAll().finally(() => (this.sending = undefined));
  }

  async end(): Promise<void> {
    await doneWithin(this.sending ?? Promise.resolve(), 2_000);
    this.ending.abort();
  }

  private async sendAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, MAX_BATCH);
      try {
        await this.post(batch);
      } catch (error) {
        if (this.ending.signal.aborted) return;
        this.failures.failed(`Alerts could not be sent to ${new URL(this.url).host}, they are kept`, error);
        this.pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.pauseMs * 2));
        this.notBeforeMs = this.clock.monotonic() + this.pauseMs;
        return;
      }
      this.pauseMs = 0;
      this.failures.succeeded();
      this.waiting = this.waiting.filter((alert) => !batch.includes(alert));
    }
  }

  private async post(batch: readonly PostedAlert[]): Promise<void> {
    const body = JSON.stringify(
      batch.map(({ labels, annotations, startsAt, endsAt, generatorUrl }) => ({
        labels,
        annotations,
        startsAt: new Date(startsAt).toISOString(),
        endsAt: new Date(endsAt).toISOString(),
        ...(generatorUrl !== '' && { generatorURL: generatorUrl }),
      })),
    );
    const signal = AbortSignal.any([this.ending.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const { status, text } = await this.outbound.call({ url: this.url, body, http: this.http, signal });
    // What it refuses once it refuses again: the rest must not wait for it.
    if (status >= 400 && status < 500 && status !== 429) this.dropped += batch.length;
    else if (status >= 300) throw new Error(`it answered ${status} ${text.slice(0, 200)}`);
  }
}
