import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { MetricsRegistry } from '../../monitoring/registry/metrics-registry';
import { Notifications } from './notifications.service';

/** Whether alerts reach those who are to be told, as metrics: nobody else tells that notifications are stuck. */
@Injectable()
export class NotificationMetrics implements OnModuleInit {
  constructor(
    private readonly notifications: Notifications,
    private readonly clock: Clock,
    @Optional() private readonly metrics?: MetricsRegistry,
  ) {}

  onModuleInit(): void {
    this.metrics?.counter(
      {
        name: 'alert_notifications_total',
        help: 'Attempts of this copy to tell a receiver, by its kind and outcome; what is given up has failed as well',
        labelNames: ['integration', 'outcome'],
      },
      (emit) => {
        for (const [kind, { sent, failed, givenUp }] of this.notifications.core.deliverer.counts) {
          emit(sent, kind, 'sent');
          emit(failed, kind, 'failed');
          emit(givenUp, kind, 'given_up');
        }
      },
    );
    this.metrics?.gauge(
      {
        name: 'alert_notifications_waiting',
        help: 'Groups of alerts that a receiver is still to be told of, or (dead) that were given up, by kind of receiver',
        labelNames: ['integration', 'state'],
      },
      (emit) => {
        for (const [kind, { waiting, dead }] of this.byKind()) {
          emit(waiting, kind, 'waiting');
          emit(dead, kind, 'dead');
        }
      },
    );
    this.metrics?.gauge(
      {
        name: 'alert_notifications_oldest_seconds',
        help: 'For how long the longest waiting receiver has not been told; 0 while nobody waits',
        unit: 'seconds',
      },
      (emit) => {
        const waiting = [...this.notifications.core.ledger.values()].flatMap(({ pending }) => pending?.sinceMs ?? []);
        emit(waiting.length === 0 ? 0 : Math.max(0, this.clock.now() - Math.min(...waiting)) / 1_000);
      },
    );
    this.metrics?.counter(
      {
        name: 'alert_notifications_refused_total',
        help: 'Alerts that are not told, since as many are known, or grouped, as fit',
      },
      (emit) => emit(this.notifications.core.refused),
    );
    this.metrics?.counter(
      {
        name: 'alert_forwarding_dropped_total',
        help: 'Alerts that a real Alertmanager did not get, since it could not be reached or refused them',
      },
      (emit) => emit(this.notifications.dropped),
    );
    this.metrics?.gauge(
      {
        name: 'alert_notifications_config_ok',
        help: '0 while the configuration of notifications as it is now cannot be used, and the one before is in force',
      },
      (emit) => emit(Number(this.notifications.configProblem === undefined)),
    );
  }

  private byKind(): Map<string, { waiting: number; dead: number }> {
    const kinds = new Map<string, { waiting: number; dead: number }>();
    for (const { kind, pending, dead } of this.notifications.core.ledger.values()) {
      const counts = kinds.get(kind) ?? { waiting: 0, dead: 0 };
      kinds.set(kind, counts);
      if (pending !== undefined) counts.waiting++;
      if (dead !== undefined) counts.dead++;
    }
    return kinds;
  }
}
