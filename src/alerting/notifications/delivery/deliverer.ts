import type { Logger } from '@nestjs/common';
import type { Clock } from '../../../common/clock';
import { doneWithin, withDeadline } from '../../../common/deadline';
import { SecretRedactor } from '../../../common/log/secret-redactor';
import { TemplateError } from '../../template/template-error';
import { occurrenceOf } from '../alerts/occurrence';
import type { AlertmanagerConfig, Integration } from '../config/alertmanager-config';
import { NodemailerMissingError, TargetRefusedError } from '../notifications.errors';
import { toldContent } from '../receivers/notification';
import type { Outcome } from '../receivers/receiver-call';
import type { SharedState, StateTable } from '../state/shared-state';
import { alertnamesOf, type LedgerRow, type PendingDelivery } from './ledger';
import { needsTelling } from './needs-telling';
import { retryPauseMs } from './retry-pause';

/** How long (ms) one attempt may take. */
export const ATTEMPT_TIMEOUT_MS = 10_000;
/** Another copy, or this one after a restart, believes for so much longer (ms) that an attempt is under way. */
const GRACE_MS = 1_000;
/** What cannot be delivered for so long (ms) is given up. */
export const GIVE_UP_MS = 14_400_000;
/** Attempts at the same time to one integration; others have their own. */
const MAX_AT_ONCE = 4;
const SHUTDOWN_MS = 3_000;

const FOR_GOOD = [TemplateError, TargetRefusedError, NodemailerMissingError];

/** What an attempt fails with when its time is over. */
export const lateAnswer = () => new Error(`no answer within ${ATTEMPT_TIMEOUT_MS / 1_000} s`);

/** Sends one delivery. @throws what keeps the receiver from being reached */
export type Send = (integration: Integration, row: LedgerRow, signal: AbortSignal) => Promise<Outcome>;

/** Counted by receiver kind and outcome. */
export interface DeliveryCounts {
  sent: number;
  failed: number;
  givenUp: number;
}

/**
 * Delivers what the ledger says: each integration by itself, again and again with growing pauses, until it took it, refuses
 * it for good, or four hours have passed. An attempt is in the ledger before it begins, and its outcome right after.
 */
export class Deliverer {
  readonly counts = new Map<Integration['kind'], DeliveryCounts>();
  private readonly underWay = new Map<string, Promise<void>>();
  private redactor = new SecretRedactor();
  private ending = false;

  constructor(
    private readonly state: SharedState,
    private readonly ledger: StateTable<LedgerRow>,
    private config: AlertmanagerConfig,
    private readonly send: Send,
    private readonly clock: Clock,
    private readonly logger: Pick<Logger, 'warn' | 'log'>,
    private readonly groupExists: (groupId: string) => boolean,
  ) {
    this.configure(config);
  }

  configure(config: AlertmanagerConfig): void {
    this.config = config;
    this.redactor = new SecretRedactor(config.secrets.flatMap(secretForms));
  }

  /** What a receiver said, without the secrets of the configuration. */
  shown(text: string): string {
    return this.redactor.redact(text).slice(0, 500);
  }

  /** Begins every delivery that is due. Resolves when they have begun. */
  async begin(): Promise<void> {
    if (this.ending) return;
    const nowMs = this.clock.now();
    const due: LedgerRow[] = [];
    const busy = new Map<string, number>();
    for (const id of this.underWay.keys()) count(busy, placeOf(this.ledger.get(id)));
    for (const row of [...this.ledger.values()].toSorted(byTurn)) {
      if (row.pending === undefined || this.underWay.has(row.id) || !isDue(row.pending, nowMs)) continue;
      if ((busy.get(placeOf(row)) ?? 0) >= MAX_AT_ONCE) continue;
      count(busy, placeOf(row));
      due.push(this.start(row, row.pending, nowMs));
    }
    if (due.length === 0) return;
    // Known before it happens: after a crash nobody can tell whether it did. Without a database it is told all the same.
    await this.state.flush();
    for (const row of due) this.run(row);
  }

  /** Waits for what is under way, at most 3 s. */
  async end(): Promise<void> {
    this.ending = true;
    await doneWithin(Promise.all(this.underWay.values()), SHUTDOWN_MS);
  }

  private start(row: LedgerRow, pending: PendingDelivery, nowMs: number): LedgerRow {
    const begun = {
      ...row,
      pending: {
        ...pending,
        attempts: pending.attempts + 1,
        underWayUntilMs: nowMs + ATTEMPT_TIMEOUT_MS + GRACE_MS,
      },
    };
    this.ledger.put(row.id, begun);
    return begun;
  }

  private run(row: LedgerRow): void {
    const done = this.attempt(row)
      .then((outcome) => this.settle(row, row.pending!, outcome))
      .finally(() => this.underWay.delete(row.id));
    this.underWay.set(row.id, done);
  }

  private async attempt(row: LedgerRow): Promise<Outcome> {
    const integration = this.config.receivers.find(({ name }) => name === row.receiver)?.integrations[row.integration];
    if (integration?.kind !== row.kind)
      return { ok: false, retry: false, text: 'the receiver is not configured any more' };
    // One that wants to know only of what fires has nothing to be told when all is over.
    if (toldContent(row.pending!, integration.config.send_resolved).length === 0)
      return { ok: true, retry: false, text: 'all is resolved, which is not sent' };
    try {
      return await withDeadline((signal) => this.send(integration, row, signal), ATTEMPT_TIMEOUT_MS, lateAnswer);
    } catch (error) {
      const { message, cause } = error as Error;
      return {
        ok: false,
        retry: isTransient(error),
        text: cause instanceof Error ? `${message}: ${cause.message}` : message,
      };
    }
  }

  private async settle(attempted: LedgerRow, content: PendingDelivery, outcome: Outcome): Promise<void> {
    const nowMs = this.clock.now();
    const row = this.ledger.get(attempted.id);
    if (row === undefined) return;
    const text = this.shown(outcome.text);
    const answer = { atMs: nowMs, ok: outcome.ok, text };
    const isLate = nowMs - content.sinceMs >= GIVE_UP_MS;
    const givesUp = !outcome.ok && (!outcome.retry || isLate);
    this.note(attempted, content, outcome, givesUp, text, nowMs);
    if (outcome.ok) this.delivered({ ...row, answer }, content, nowMs);
    else if (givesUp)
      this.giveUp({ ...row, answer }, content, nowMs, isLate ? `given up after four hours: ${text}` : text);
    else {
      const pauseMs = Math.max(retryPauseMs(content.attempts), outcome.waitMs ?? 0);
      const waiting = row.pending ?? content;
      const pending = { ...waiting, attempts: content.attempts, nextMs: nowMs + pauseMs, underWayUntilMs: undefined };
      this.ledger.put(row.id, { ...row, answer, pending });
    }
    await this.state.flush();
  }

  private delivered(row: LedgerRow, { firing, resolved, sequence }: PendingDelivery, nowMs: number): void {
    const told = { firing, resolved, atMs: nowMs };
    const newer = row.pending === undefined || row.pending.sequence === sequence ? undefined : row.pending;
    const isNew =
      newer !== undefined &&
      needsTelling({
        row: { told, dead: undefined },
        content: newer,
        sendResolved: true,
        repeatIntervalMs: Infinity,
        isAcknowledged: false,
        nowMs,
      });
    if (!isNew && firing.length === 0 && !this.groupExists(row.groupId)) return this.ledger.delete(row.id);
    const pending = isNew
      ? { ...newer, attempts: 0, sinceMs: nowMs, nextMs: nowMs, underWayUntilMs: undefined }
      : undefined;
    this.ledger.put(row.id, { ...row, told, dead: undefined, pending });
  }

  private giveUp(
    row: LedgerRow,
    { alerts, firing, resolved, sequence }: PendingDelivery,
    atMs: number,
    reason: string,
  ): void {
    const newer = row.pending === undefined || row.pending.sequence === sequence ? undefined : row.pending;
    const pending = newer && { ...newer, attempts: 0, sinceMs: atMs, nextMs: atMs, underWayUntilMs: undefined };
    this.ledger.put(row.id, { ...row, pending, dead: { alerts, firing, resolved, atMs, reason } });
  }

  /** Counts it, logs it, and adds it to the history. */
  private note(
    row: LedgerRow,
    content: PendingDelivery,
    outcome: Outcome,
    givesUp: boolean,
    text: string,
    atMs: number,
  ): void {
    const counts = this.counts.get(row.kind) ?? { sent: 0, failed: 0, givenUp: 0 };
    this.counts.set(row.kind, counts);
    if (outcome.ok) counts.sent++;
    else counts.failed++;
    if (givesUp) counts.givenUp++;
    const place = `receiver "${row.receiver}" (${row.kind})`;
    if (givesUp) this.logger.warn(`Given up to tell ${place} of ${alertnamesOf(content).join(', ')}: ${text}`);
    else if (!outcome.ok && content.attempts === 1)
      this.logger.warn(`The ${place} could not be told, it is tried again: ${text}`);
    else if (outcome.ok && content.attempts > 1)
      this.logger.log(`The ${place} is told after ${content.attempts} attempts`);
    // Of attempts that fail alike, the first is enough.
    if (!outcome.ok && !givesUp && row.answer?.ok === false && row.answer.text === text) return;
    const { receiver, kind, groupKey, groupLabels, integration } = row;
    const { firing, resolved, attempts } = content;
    const what = outcome.ok ? 'told' : givesUp ? 'given up' : 'failed';
    const told = { what, receiver, integration, kind, groupKey, groupLabels, attempts, answer: text };
    const detail = { ...told, firing: firing.length, resolved: resolved.length };
    const occurrences = content.alerts.map((alert) => occurrenceOf(alert, alert.endsAt > 0));
    this.state.record({ atMs, kind: 'delivery', alertnames: alertnamesOf(content), occurrences, detail });
  }
}

const placeOf = (row: LedgerRow | undefined) => JSON.stringify([row?.receiver, row?.integration]);

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const byTurn = (one: LedgerRow, other: LedgerRow) => (one.pending?.nextMs ?? 0) - (other.pending?.nextMs ?? 0);

const isDue = ({ nextMs, underWayUntilMs }: PendingDelivery, nowMs: number): boolean =>
  nextMs <= nowMs && (underWayUntilMs === undefined || underWayUntilMs <= nowMs);

/** A template that fails or an address that is not allowed stays so; what is of the network may be over soon. */
const isTransient = (error: unknown): boolean => !FOR_GOOD.some((kind) => error instanceof kind);

/** A secret and, of a URL, the part that makes it one: errors of the network name only the host. */
function secretForms(secret: string): string[] {
  const url = URL.parse(secret);
  if (url === null || url.pathname + url.search === '/') return [secret];
  return [secret, url.pathname + url.search];
}
