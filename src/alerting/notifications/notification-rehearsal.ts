import { FailureLog } from '../../common/log/failure-log';
import { SystemClock } from '../../common/clock';
import type { LoopSlices } from '../../common/loop-slices';
import type { PostedAlert } from '../posted-alert';
import { AlertBook } from './alerts/alert-book';
import type { AlertmanagerConfig } from './config/alertmanager-config';
import { type LedgerRow, ledgerOf } from './delivery/ledger';
import { Dispatcher } from './groups/dispatcher';
import type { LabelSet } from './matching/alert-matcher';
import { toldContent } from './receivers/notification';
import { MemoryStateStore } from './state/memory-state-store';
import { SharedState, type StateTable } from './state/shared-state';

/** An alert and when it fired. */
export interface RehearsedAlert {
  readonly labels: LabelSet;
  readonly firedAtMs: number;
  /** `undefined`: it still fires. */
  readonly endedAtMs: number | undefined;
}

/** What a receiver would have been told. */
export interface RehearsedNotification {
  readonly atMs: number;
  readonly receiver: string;
  readonly kind: LedgerRow['kind'];
  readonly groupLabels: LabelSet;
  /** How many alerts it names as firing, and as resolved. */
  readonly firing: number;
  readonly resolved: number;
}

interface Post {
  readonly atMs: number;
  readonly alert: PostedAlert;
}

/** What a configuration makes of alerts: the same routes, groups, waits and inhibition as for real, on times that are over. */
export class NotificationRehearsal {
  private readonly book: AlertBook;
  private readonly ledger: StateTable<LedgerRow>;
  private readonly dispatcher: Dispatcher;
  private readonly told: RehearsedNotification[] = [];

  /** Nothing is silenced or acknowledged. */
  constructor(private readonly config: AlertmanagerConfig) {
    const failures = new FailureLog({ warn: () => undefined, log: () => undefined }, new SystemClock(), '');
    const state = new SharedState(new MemoryStateStore(), failures);
    this.book = new AlertBook(state);
    this.ledger = ledgerOf(state);
    this.dispatcher = new Dispatcher(config, {
      book: this.book,
      state,
      ledger: this.ledger,
      silencing: () => ({ silencedBy: [], maintenance: [] }),
      silenceNamed: (id) => ({ id, createdBy: '', comment: '' }),
      isAcknowledged: () => false,
    });
  }

  /** @returns what would have been told until then, in order of time */
  async run(
    alerts: readonly RehearsedAlert[],
    untilMs: number,
    slices: LoopSlices,
  ): Promise<readonly RehearsedNotification[]> {
    const posts = alerts.flatMap(postsOf).toSorted((one, other) => one.atMs - other.atMs);
    let next = 0;
    for (;;) {
      const nowMs = Math.min(posts[next]?.atMs ?? Infinity, this.dispatcher.nextFlushMs());
      if (nowMs > untilMs) return this.told;
      const due: PostedAlert[] = [];
      while (posts[next]?.atMs === nowMs) due.push(posts[next++]!.alert);
      this.book.receive(due, nowMs);
      this.dispatcher.route(this.book.takeChanged(), nowMs);
      this.dispatcher.flushDue(nowMs);
      this.deliver(nowMs);
      const pause = slices.pause();
      if (pause !== undefined) await pause;
    }
  }

  /** Every receiver takes at once what it is told. */
  private deliver(nowMs: number): void {
    for (const row of this.ledger.values()) {
      if (row.pending === undefined) continue;
      const { firing, resolved } = row.pending;
      const { receiver, kind, groupLabels, integration } = row;
      const { send_resolved: sendResolved } = this.config.receivers.find(({ name }) => name === receiver)!.integrations[
        integration
      ]!.config;
      if (toldContent(row.pending, sendResolved).length > 0) {
        const shown = sendResolved ? resolved.length : 0;
        this.told.push({ atMs: nowMs, receiver, kind, groupLabels, firing: firing.length, resolved: shown });
      }
      if (firing.length === 0 && !this.dispatcher.has(row.groupId)) this.ledger.delete(row.id);
      else this.ledger.put(row.id, { ...row, told: { firing, resolved, atMs: nowMs }, pending: undefined });
    }
  }
}

function postsOf({ labels, firedAtMs, endedAtMs }: RehearsedAlert): Post[] {
  const alert = { labels, annotations: {}, startsAt: firedAtMs, generatorUrl: '' };
  // For real it is posted again and again; here its end is known.
  const fires = { atMs: firedAtMs, alert: { ...alert, endsAt: Number.MAX_SAFE_INTEGER } };
  return endedAtMs === undefined ? [fires] : [fires, { atMs: endedAtMs, alert: { ...alert, endsAt: endedAtMs } }];
}
