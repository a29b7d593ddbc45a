import type { Logger } from '@nestjs/common';
import type { Clock } from '../../common/clock';
import { ClockWatch } from '../../common/clock-watch';
import { FailureLog } from '../../common/log/failure-log';
import type { AlertReceiver, PostedAlert } from '../posted-alert';
import { AlertBook, isResolved, type KnownAlert } from './alerts/alert-book';
import type { AlertmanagerConfig } from './config/alertmanager-config';
import { Deliverer, type Send } from './delivery/deliverer';
import { forgetDead, ledgerOf, type LedgerRow } from './delivery/ledger';
import { Dispatcher } from './groups/dispatcher';
import type { LabelSet } from './matching/alert-matcher';
import { Acknowledgements } from './silences/acknowledgements';
import { MaintenanceWindows } from './silences/maintenance';
import { Silences } from './silences/silences';
import { SharedState, type StateTable } from './state/shared-state';
import type { StateStore } from './state/state-store';

/** How often (ms) what other copies have changed is read. */
const SYNC_MS = 1_000;
/** How often (ms) what is over is forgotten. */
const FORGET_MS = 60_000;
/** A copy that has never reached the database tells by itself after so long (ms): better twice than never. */
const ALONE_AFTER_MS = 30_000;

export interface NotificationCoreParts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly config: AlertmanagerConfig;
  readonly send: Send;
  readonly logger: Pick<Logger, 'warn' | 'log'>;
  /** Whether this copy does for all copies what one is enough for. */
  readonly leads: () => boolean | Promise<boolean>;
}

/**
 * An Alertmanager in this process: takes alerts, groups them, and tells the receivers of a configuration. All it knows is
 * shared by the copies; the one that leads tells.
 */
export class NotificationCore implements AlertReceiver {
  readonly state: SharedState;
  readonly book: AlertBook;
  readonly silences: Silences;
  readonly acknowledgements: Acknowledgements;
  readonly maintenance: MaintenanceWindows;
  readonly dispatcher: Dispatcher;
  readonly deliverer: Deliverer;
  readonly ledger: StateTable<LedgerRow>;
  private readonly watch: ClockWatch;
  private readonly startedAtMs: number;
  private current: AlertmanagerConfig;
  private syncedAtMs = -Infinity;
  private forgotAtMs = -Infinity;
  private reachable = false;
  private everReached = false;
  private led = false;
  private telling: boolean;

  constructor(private readonly parts: NotificationCoreParts) {
    const { clock, store, config, send, logger } = parts;
    this.current = config;
    this.startedAtMs = clock.monotonic();
    this.telling = !store.isShared;
    this.watch = new ClockWatch(clock);
    this.state = new SharedState(store, new FailureLog(logger, clock, 'What the alerts have told is kept again'));
    this.book = new AlertBook(this.state);
    this.silences = new Silences(this.state);
    this.acknowledgements = new Acknowledgements(this.state);
    this.maintenance = new MaintenanceWindows(this.state);
    this.ledger = ledgerOf(this.state);
    this.dispatcher = new Dispatcher(config, {
      book: this.book,
      state: this.state,
      ledger: this.ledger,
      silenceNamed: (id) => {
        const { createdBy, comment } = this.silences.get(id);
        return { id, createdBy, comment };
      },
      silencing: (labels, nowMs) => this.silencing(labels, nowMs),
      isAcknowledged: (fingerprint) => this.acknowledgements.get(fingerprint) !== undefined,
    });
    const exists = (id: string) => this.dispatcher.has(id);
    this.deliverer = new Deliverer(this.state, this.ledger, config, send, clock, logger, exists);
  }

  get config(): AlertmanagerConfig {
    return this.current;
  }

  /** Whether further alerts, or groups of them, would find no place. */
  get isFull(): boolean {
    return this.book.isFull || this.dispatcher.isFull;
  }

  /** Alerts that found no place so far. */
  get refused(): number {
    return this.book.refused + this.dispatcher.refused;
  }

  /** Whether this copy is the one that tells. */
  get isTelling(): boolean {
    return this.telling;
  }

  receive(alerts: readonly PostedAlert[]): void {
    const nowMs = this.parts.clock.now();
    this.book.receive(alerts, nowMs);
    if (this.telling) this.dispatcher.route(this.book.takeChanged(), nowMs);
  }

  configure(config: AlertmanagerConfig): void {
    this.current = config;
    this.dispatcher.configure(config);
    this.deliverer.configure(config);
    if (this.telling) this.routeAll();
  }

  /** One turn: reads what others have changed, and tells what is due if this copy is the one that tells. */
  async turn(): Promise<void> {
    const stepMs = this.watch.look();
    if (stepMs !== 0 && this.telling) this.shift(stepMs);
    await this.sync();
    const tells = await this.tells();
    const nowMs = this.parts.clock.now();
    if (tells && !this.telling) {
      this.book.takeOver(nowMs);
      this.dispatcher.route(this.book.takeChanged(), nowMs);
    }
    this.telling = tells;
    if (tells) await this.tell(nowMs);
    if (this.state.isDirty) await this.state.flush();
  }

  /** Ends what is under way, and writes what is left. */
  async end(): Promise<void> {
    await this.deliverer.end();
    if (this.state.isDirty) await this.state.flush();
  }

  silencing(labels: LabelSet, nowMs: number) {
    return {
      silencedBy: this.silences.silencing(labels, nowMs),
      maintenance: this.maintenance.muting(labels, nowMs),
    };
  }

  /** The alerts that fire. */
  firing(nowMs: number): KnownAlert[] {
    return [...this.book.all()].filter((alert) => !isResolved(alert, nowMs));
  }

  /** What other copies have changed a moment ago, for a reader. */
  async catchUp(): Promise<void> {
    if (this.parts.store.isShared) await this.state.sync();
  }

  private async sync(): Promise<void> {
    const nowMs = this.parts.clock.monotonic();
    if (!this.parts.store.isShared || nowMs - this.syncedAtMs < SYNC_MS) return;
    this.syncedAtMs = nowMs;
    this.reachable = await this.state.sync();
    this.everReached ||= this.reachable;
  }

  /**
   * The copy that leads tells, once it knows what was told. While the database is away nobody leads: then who has led goes
   * on, and who has never seen the database does not wait for it without end.
   */
  private async tells(): Promise<boolean> {
    if (!this.parts.store.isShared) return true;
    if (await this.parts.leads()) {
      this.led ||= this.everReached;
      if (this.everReached) return true;
    } else if (this.reachable) {
      this.led = false;
      return false;
    }
    return this.led || (!this.everReached && this.parts.clock.monotonic() - this.startedAtMs >= ALONE_AFTER_MS);
  }

  private async tell(nowMs: number): Promise<void> {
    this.dispatcher.route(this.book.takeChanged(), nowMs);
    this.dispatcher.flushDue(nowMs);
    await this.deliverer.begin();
    if (nowMs - this.forgotAtMs < FORGET_MS && nowMs >= this.forgotAtMs) return;
    this.forgotAtMs = nowMs;
    const grouped = new Set([...this.dispatcher.all()].flatMap(({ alerts }) => alerts));
    this.book.forget(nowMs, (fingerprint) => grouped.has(fingerprint));
    forgetDead(this.ledger, nowMs, (id) => this.dispatcher.has(id));
    this.silences.forget(nowMs);
    this.acknowledgements.endAll((fingerprint) => {
      const alert = this.book.get(fingerprint);
      return alert !== undefined && !isResolved(alert, nowMs);
    });
  }

  private routeAll(): void {
    const all = [...this.book.all()].map(({ fingerprint }) => fingerprint);
    this.dispatcher.route(all, this.parts.clock.now());
  }

  /** What was due in a minute is so after the clock was set, too. */
  private shift(stepMs: number): void {
    this.book.shift(stepMs);
    this.dispatcher.shift(stepMs);
    for (const row of this.ledger.values()) {
      const { told, pending } = row;
      this.ledger.put(row.id, {
        ...row,
        told: told && { ...told, atMs: told.atMs + stepMs },
        pending: pending && { ...pending, sinceMs: pending.sinceMs + stepMs, nextMs: pending.nextMs + stepMs },
      });
    }
  }
}
