import {
  type AlertGroup,
  Dispatcher,
  isMuted,
  isResolved,
  type KnownAlert,
  type Notifications,
  type Silence,
  silenceState,
} from '../../alerting/internal';
import type { AlertGroupResponse, GettableAlert, GettableSilence } from './alertmanager.schemas';

type Core = Notifications['core'];
const timeText = (atMs: number) => new Date(atMs).toISOString();

/** The alerts that fire, as Alertmanager answers them, as of one moment. */
export class AlertViews {
  private readonly inhibitor: ReturnType<Dispatcher['inhibitor']>;
  private readonly grouped: ReadonlySet<string>;

  constructor(
    private readonly core: Core,
    private readonly nowMs: number,
  ) {
    this.inhibitor = core.dispatcher.inhibitor(nowMs);
    this.grouped = new Set([...core.dispatcher.all()].flatMap(({ alerts }) => alerts));
  }

  firing(): GettableAlert[] {
    return this.core.firing(this.nowMs).map((alert) => this.of(alert, this.core.dispatcher.receiversFor(alert.labels)));
  }

  /** The groups with what fires in them, by receiver and labels. */
  groups(): AlertGroupResponse[] {
    const views = [...this.core.dispatcher.all()].flatMap((group) => this.group(group));
    return views.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  }

  private group(group: AlertGroup): AlertGroupResponse[] {
    const route = this.core.dispatcher.routeOf(group);
    if (route === undefined) return [];
    const alerts = group.alerts
      .flatMap((fingerprint) => this.core.book.get(fingerprint) ?? [])
      .filter((alert) => !isResolved(alert, this.nowMs))
      .map((alert) => this.of(alert, [route.receiver]));
    if (alerts.length === 0) return [];
    return [{ labels: group.labels, routeLabels: {}, receiver: { name: route.receiver }, alerts }];
  }

  private of(alert: KnownAlert, receivers: readonly string[]): GettableAlert {
    const { labels, annotations, fingerprint, startsAt, endsAt, updatedAt, generatorUrl } = alert;
    const muting = this.core.dispatcher.muting(labels, this.inhibitor, this.nowMs);
    const unseen = this.grouped.has(fingerprint) ? 'active' : 'unprocessed';
    return {
      labels,
      annotations,
      receivers: receivers.map((name) => ({ name })),
      fingerprint,
      startsAt: timeText(startsAt),
      updatedAt: timeText(updatedAt),
      endsAt: timeText(endsAt),
      ...(generatorUrl !== '' && { generatorURL: generatorUrl }),
      status: {
        state: isMuted(muting) ? 'suppressed' : unseen,
        silencedBy: [...muting.silencedBy],
        inhibitedBy: [...muting.inhibitedBy],
        mutedBy: [...muting.maintenance],
      },
    };
  }
}

export function silenceView(silence: Silence, nowMs: number): GettableSilence {
  const { id, matchers, startsAt, endsAt, updatedAt, createdBy, comment } = silence;
  return {
    id,
    status: { state: silenceState(silence, nowMs) },
    updatedAt: timeText(updatedAt),
    matchers: [...matchers],
    startsAt: timeText(startsAt),
    endsAt: timeText(endsAt),
    createdBy,
    comment,
    annotations: {},
  };
}

const keyOf = ({ receiver, labels }: AlertGroupResponse) =>
  JSON.stringify([receiver.name, Object.entries(labels).toSorted()]);
