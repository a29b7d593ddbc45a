import { TemplateMap } from '../../template/template-values';
import type { ToldAlert } from '../delivery/ledger';
import type { LabelSet } from '../matching/alert-matcher';
import { plainText, titleOf } from './alert-summary';
import { commonOf, type Notification, statusOf, timeText } from './notification';

// What templates of notifications see, with the names Alertmanager gave it.

class Pair {
  constructor(
    readonly Name: string,
    readonly Value: string,
  ) {}
}

class Pairs extends Array<Pair> {
  Names(): string[] {
    return [...this].map(({ Name }) => Name);
  }
  Values(): string[] {
    return [...this].map(({ Value }) => Value);
  }
}

/** Labels or annotations. */
class KeyValues extends TemplateMap {
  static of(labels: LabelSet): KeyValues {
    return new KeyValues(Object.entries(labels));
  }
  /** By name, `alertname` first. */
  SortedPairs(): Pairs {
    const names = [...this.keys()].toSorted();
    const first = names.filter((name) => name === 'alertname');
    const ordered = [...first, ...names.filter((name) => name !== 'alertname')];
    return Pairs.from(ordered.map((name) => new Pair(name, this.get(name) as string))) as Pairs;
  }
  Names(): string[] {
    return this.SortedPairs().Names();
  }
  Values(): string[] {
    return this.SortedPairs().Values();
  }
  Remove(names: readonly string[]): KeyValues {
    return new KeyValues([...this].filter(([name]) => !names.includes(name)));
  }
}

/** A time; prints as Go prints one. */
class TemplateTime {
  constructor(private readonly atMs: number) {}
  String(): string {
    return `${timeText(this.atMs).replace('T', ' ').replace('Z', '')} +0000 UTC`;
  }
  Unix(): bigint {
    return BigInt(Math.floor(this.atMs / 1_000));
  }
}

class TemplateAlert {
  readonly Status: string;
  readonly Labels: KeyValues;
  readonly Annotations: KeyValues;
  readonly StartsAt: TemplateTime;
  readonly EndsAt: TemplateTime;
  readonly GeneratorURL: string;
  readonly Fingerprint: string;
  constructor({ labels, annotations, startsAt, endsAt, generatorUrl, fingerprint }: ToldAlert) {
    this.Status = endsAt === 0 ? 'firing' : 'resolved';
    this.Labels = KeyValues.of(labels);
    this.Annotations = KeyValues.of(annotations);
    this.StartsAt = new TemplateTime(startsAt);
    this.EndsAt = new TemplateTime(endsAt);
    this.GeneratorURL = generatorUrl;
    this.Fingerprint = fingerprint;
  }
}

class TemplateAlerts extends Array<TemplateAlert> {
  Firing(): TemplateAlert[] {
    return [...this].filter(({ Status }) => Status === 'firing');
  }
  Resolved(): TemplateAlert[] {
    return [...this].filter(({ Status }) => Status === 'resolved');
  }
}

/** What `.` is in a template of a notification. */
export class TemplateData {
  readonly Receiver: string;
  readonly Status: string;
  readonly Alerts: TemplateAlerts;
  readonly GroupLabels: KeyValues;
  readonly CommonLabels: KeyValues;
  readonly CommonAnnotations: KeyValues;
  readonly ExternalURL: string;
  /** What we say where no template does; the templates named `….default.…` are made of them. */
  readonly DefaultTitle: string;
  readonly DefaultText: string;
  constructor(notification: Notification) {
    const { receiver, alerts, groupLabels, externalUrl } = notification;
    this.Receiver = receiver;
    this.Status = statusOf(notification);
    this.Alerts = TemplateAlerts.from(alerts.map((alert) => new TemplateAlert(alert))) as TemplateAlerts;
    this.GroupLabels = KeyValues.of(groupLabels);
    this.CommonLabels = KeyValues.of(commonOf(alerts, ({ labels }) => labels));
    this.CommonAnnotations = KeyValues.of(commonOf(alerts, ({ annotations }) => annotations));
    this.ExternalURL = externalUrl;
    this.DefaultTitle = titleOf(notification);
    this.DefaultText = plainText(notification);
  }
}
