import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import type { LedgerRow } from './delivery/ledger';
import { Notifications } from './notifications.service';

/** A restart of a receiver is over within five minutes (ms), as the rule `NotificationsStuck` has it. */
const STUCK_MS = 300_000;
const RECEIVERS_NAMED = 3;

const WHAT_IT_ANSWERS = 'POST /performance/alerts/test says what it answers';

/** Whether alerts reach those who are to be told. */
@Injectable()
export class NotificationHealth {
  constructor(
    private readonly notifications: Notifications,
    private readonly clock: Clock,
  ) {}

  /** Whether anybody is to be told; that nobody is configured is no fault. */
  get isConfigured(): boolean {
    return this.notifications.tellsAnybody;
  }

  /** What an operator has to know and do; `undefined`: all is well. Without secrets. */
  problem(): string | undefined {
    const { core, configProblem } = this.notifications;
    const nowMs = this.clock.now();
    const rows = [...core.ledger.values()];
    const stuck = rows.filter(({ pending }) => pending !== undefined && nowMs - pending.sinceMs > STUCK_MS);
    const dead = undelivered(rows, (id) => core.dispatcher.has(id));
    const problems = [
      ...(configProblem === undefined
        ? []
        : [
            `the configuration as it is now is not in force, the one before is: ${core.deliverer.shown(configProblem)}`,
          ]),
      ...byReceiver(stuck).map(
        ([row, groups]) =>
          `${nameOf(row)} has not been told of ${groups} since ${timeOf(row.pending!.sinceMs)}: ` +
          `${row.answer?.text ?? 'no answer yet'}; it is tried again, and ${WHAT_IT_ANSWERS}`,
      ),
      ...byReceiver(dead).map(
        ([row, groups]) =>
          `${nameOf(row)} was not told of ${groups}, which is given up: ${row.dead!.reason}; ` +
          `correct its configuration, ${WHAT_IT_ANSWERS}`,
      ),
      ...this.notifications.forwardingProblems(STUCK_MS),
      ...(core.isFull ? ['as many alerts are known as fit, further ones are not told: post fewer label sets'] : []),
    ];
    return problems.length === 0 ? undefined : problems.join('; ');
  }
}

/** The longest waiting row of each receiver, with how many of its groups are meant; a few receivers. */
function byReceiver(rows: readonly LedgerRow[]): (readonly [row: LedgerRow, groups: string])[] {
  const sorted = rows.toSorted((one, other) => sinceOf(one) - sinceOf(other));
  const found = [...Map.groupBy(sorted, nameOf).values()];
  const left = found.slice(RECEIVERS_NAMED).flat().length;
  return found.slice(0, RECEIVERS_NAMED).map((same, at) => {
    const others = at === RECEIVERS_NAMED - 1 && left > 0 ? ` (and ${left} of other receivers)` : '';
    return [same[0]!, `${same.length === 1 ? 'one group' : `${same.length} groups`}${others}`] as const;
  });
}

/**
 * What was given up and still matters: its alerts fire, or its receiver has taken nothing since. One that is reached again
 * has nothing to be told of what is over.
 */
function undelivered(rows: readonly LedgerRow[], groupExists: (groupId: string) => boolean): LedgerRow[] {
  const takenAtMs = new Map<string, number>();
  for (const row of rows) {
    const place = placeOf(row);
    takenAtMs.set(place, Math.max(takenAtMs.get(place) ?? 0, row.told?.atMs ?? 0));
  }
  return rows.filter(
    (row) => row.dead !== undefined && (groupExists(row.groupId) || takenAtMs.get(placeOf(row))! < row.dead.atMs),
  );
}

const placeOf = ({ receiver, integration }: LedgerRow): string => JSON.stringify([receiver, integration]);
const sinceOf = ({ pending, dead }: LedgerRow): number => pending?.sinceMs ?? dead?.atMs ?? 0;
const nameOf = ({ receiver, kind }: LedgerRow): string => `receiver "${receiver}" (${kind})`;
const timeOf = (atMs: number): string => new Date(atMs).toISOString();
