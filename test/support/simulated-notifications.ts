import { parseAlertmanagerConfig } from '../../src/alerting/notifications/config/alertmanager-config';
import type { LedgerRow } from '../../src/alerting/notifications/delivery/ledger';
import { NotificationCore } from '../../src/alerting/notifications/notification-core';
import type { Outcome } from '../../src/alerting/notifications/receivers/receiver-call';
import { MemoryStateStore } from '../../src/alerting/notifications/state/memory-state-store';
import { ManualClock } from '../../src/testing/manual-clock';

export const MINUTE = 60_000;
export const OK: Outcome = { ok: true, retry: false, text: '200' };

/** What a receiver answers. */
export type Answer = (row: LedgerRow) => Outcome | Promise<Outcome>;

const name = (row: LedgerRow, fingerprints: readonly string[]) =>
  fingerprints
    .map((each) => row.pending!.alerts.find(({ fingerprint }) => fingerprint === each)!.labels)
    .map(({ alertname, instance = '', severity = '' }) => alertname + instance + severity)
    .toSorted()
    .join('+');

/** Notifications of a configuration on a clock that a test moves. Told: `receiver firing=… resolved=…` at so many seconds. */
export function simulatedNotifications(config: string, answer: Answer = () => OK) {
  const clock = new ManualClock(Date.UTC(2026, 0, 5, 12));
  const startMs = clock.now();
  const told: string[] = [];
  const store = new MemoryStateStore();
  const core = new NotificationCore({
    clock,
    store,
    config: parseAlertmanagerConfig(config),
    send: async (_integration, row) => {
      const outcome = await answer(row);
      const { firing, resolved } = row.pending!;
      const what = `${row.receiver} firing=${name(row, firing)} resolved=${name(row, resolved)}`;
      told.push(`${(clock.now() - startMs) / 1_000} ${what}${outcome.ok ? '' : ' failed'}`);
      return outcome;
    },
    logger: { warn: () => undefined, log: () => undefined },
    leads: () => true,
  });
  const post = (labels: Record<string, string>, state: 'fires' | 'ends' = 'fires', startsAt = clock.now()) => {
    const endsAt = state === 'ends' ? clock.now() : clock.now() + 1_000 * MINUTE;
    core.receive([{ labels, annotations: {}, startsAt, endsAt, generatorUrl: '' }]);
  };
  const pass = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed++) {
      await core.turn();
      await new Promise(setImmediate); // what was begun ends
      clock.advance(1_000);
    }
  };
  return { core, store, clock, told, post, pass };
}
