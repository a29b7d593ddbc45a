import { type AlertBook, isResolved, type KnownAlert } from '../alerts/alert-book';
import { occurrenceOf } from '../alerts/occurrence';
import type { AlertmanagerConfig } from '../config/alertmanager-config';
import { isWithin } from '../config/time-interval';
import { type Content, ledgerId, type LedgerRow, type ToldAlert } from '../delivery/ledger';
import { needsTelling } from '../delivery/needs-telling';
import type { LabelSet } from '../matching/alert-matcher';
import { fingerprintOf, labelsText } from '../matching/label-set';
import { allRoutes, groupLabelsOf, type Route, routesFor, routeTree } from '../routing/route-tree';
import { Inhibitor } from '../silences/inhibitor';
import type { Silence } from '../silences/silences';
import type { SharedState, StateTable } from '../state/shared-state';

/** Groups at a time; alerts that would need more are told in none, and counted. */
const MAX_GROUPS = 20_000;
/** Rows of the ledger at a time: groups that have ended stay in it while receivers cannot be told. */
const MAX_ROWS = 100_000;

/** Alerts of one route with the same labels to group by, told together. */
export interface AlertGroup {
  readonly id: string;
  readonly routeId: string;
  readonly labels: LabelSet;
  /** Fingerprints. */
  readonly alerts: readonly string[];
  /** When it is told next (Unix ms). */
  readonly nextFlushMs: number;
  readonly flushed: boolean;
  /** What has kept an alert from being told when the group was due, by fingerprint; it is in the history. */
  readonly muted?: Readonly<Record<string, string>>;
}

/** What keeps an alert from being told. */
export interface Muting {
  readonly silencedBy: readonly string[];
  readonly inhibitedBy: readonly string[];
  readonly maintenance: readonly string[];
}

/** A silence as the history of an alert names it. */
export type SilenceNote = Pick<Silence, 'id' | 'createdBy' | 'comment'>;

export interface DispatcherParts {
  readonly book: AlertBook;
  readonly state: SharedState;
  readonly ledger: StateTable<LedgerRow>;
  /** Who made a silence, and why. */
  readonly silenceNamed: (id: string) => SilenceNote;
  readonly silencing: (labels: LabelSet, nowMs: number) => Pick<Muting, 'silencedBy' | 'maintenance'>;
  readonly isAcknowledged: (fingerprint: string) => boolean;
}

/** Puts alerts into groups, and decides when a group has something to tell to whom; then it is in the ledger. */
export class Dispatcher {
  private readonly groups: StateTable<AlertGroup>;
  private root: Route;
  private routes: ReadonlyMap<string, Route>;
  private sequence = 0;
  private refusedCount = 0;

  constructor(
    private config: AlertmanagerConfig,
    private readonly parts: DispatcherParts,
  ) {
    this.groups = parts.state.table<AlertGroup>('group');
    this.root = routeTree(config.route);
    this.routes = byId(this.root);
  }

  /** Alerts that found no place so far. */
  get refused(): number {
    return this.refusedCount;
  }

  get isFull(): boolean {
    return this.groups.size >= MAX_GROUPS || this.parts.ledger.size >= MAX_ROWS;
  }

  all(): Iterable<AlertGroup> {
    return this.groups.values();
  }

  has(groupId: string): boolean {
    return this.groups.get(groupId) !== undefined;
  }

  routeOf(group: AlertGroup): Route | undefined {
    return this.routes.get(group.routeId);
  }

  /** The receivers of an alert, in the order of the routes. */
  receiversFor(labels: LabelSet): string[] {
    return [...new Set(routesFor(this.root, labels).map(({ receiver }) => receiver))];
  }

  /** As Alertmanager calls the group of a route with these labels. */
  static groupKey(route: Route, labels: LabelSet): string {
    return `${route.key}:${labelsText(labels)}`;
  }

  /** The timers of groups whose routes stay go on; groups of routes that are gone end untold. */
  configure(config: AlertmanagerConfig): void {
    this.config = config;
    this.root = routeTree(config.route);
    this.routes = byId(this.root);
    for (const group of this.groups.values()) if (!this.routes.has(group.routeId)) this.end(group);
  }

  /** Puts alerts where they belong. What is over before it was in a group is left out. */
  route(fingerprints: readonly string[], nowMs: number): void {
    for (const fingerprint of fingerprints) {
      const alert = this.parts.book.get(fingerprint);
      if (alert === undefined) continue;
      for (const route of routesFor(this.root, alert.labels)) this.insert(alert, route, nowMs);
    }
  }

  /** When the next group is due (Unix ms). */
  nextFlushMs(): number {
    let next = Infinity;
    for (const { nextFlushMs } of this.groups.values()) next = Math.min(next, nextFlushMs);
    return next;
  }

  /** Enters into the ledger what the groups that are due have to tell. */
  flushDue(nowMs: number): void {
    const due = [...this.groups.values()].filter(({ nextFlushMs }) => nextFlushMs <= nowMs);
    if (due.length === 0) return;
    const inhibitor = new Inhibitor(this.config.inhibitRules, this.parts.book.all(), nowMs);
    for (const group of due) this.flush(group, inhibitor, nowMs);
  }

  /** What keeps an alert from being told now. */
  muting(labels: LabelSet, inhibitor: Inhibitor, nowMs: number): Muting {
    return { ...this.parts.silencing(labels, nowMs), inhibitedBy: inhibitor.inhibiting(labels) };
  }

  inhibitor(nowMs: number): Inhibitor {
    return new Inhibitor(this.config.inhibitRules, this.parts.book.all(), nowMs);
  }

  /** The time intervals that keep a route quiet now; `active` stands for being outside of its active ones. */
  mutedBy({ muteTimeIntervals, activeTimeIntervals }: Route, nowMs: number): string[] {
    const isIn = (name: string) => (this.config.timeIntervals.get(name) ?? []).some((each) => isWithin(each, nowMs));
    if (activeTimeIntervals.length > 0 && !activeTimeIntervals.some(isIn)) return [...activeTimeIntervals];
    return muteTimeIntervals.filter(isIn);
  }

  /** The clock was set by so many ms. */
  shift(stepMs: number): void {
    for (const group of this.groups.values()) {
      this.groups.put(group.id, { ...group, nextFlushMs: group.nextFlushMs + stepMs });
    }
  }

  private insert(alert: KnownAlert, route: Route, nowMs: number): void {
    const labels = groupLabelsOf(route, alert.labels);
    const id = `${route.id} ${fingerprintOf(labels)}`;
    const before = this.groups.get(id);
    const over = isResolved(alert, nowMs);
    if (before === undefined && over) return;
    if (before === undefined && this.isFull) return void this.refusedCount++;
    const group = before ?? {
      id,
      routeId: route.id,
      labels,
      alerts: [],
      nextFlushMs: nowMs + route.groupWaitMs,
      flushed: false,
    };
    // Who has been firing for as long as the group waits does not wait again, as after a restart.
    const waited = !over && !group.flushed && alert.startsAt + route.groupWaitMs <= nowMs;
    const nextFlushMs = waited ? Math.min(group.nextFlushMs, nowMs) : group.nextFlushMs;
    const isIn = group.alerts.includes(alert.fingerprint);
    if (before !== undefined && isIn && nextFlushMs === before.nextFlushMs) return;
    const alerts = isIn ? group.alerts : [...group.alerts, alert.fingerprint];
    this.groups.put(id, { ...group, alerts, nextFlushMs });
  }

  private flush(group: AlertGroup, inhibitor: Inhibitor, nowMs: number): void {
    const route = this.routes.get(group.routeId);
    if (route === undefined) return this.end(group);
    const { muted: _before, ...place } = group;
    const flushed = { ...place, nextFlushMs: nowMs + route.groupIntervalMs, flushed: true };
    if (this.mutedBy(route, nowMs).length > 0) return this.groups.put(group.id, { ...group, ...flushed });
    const alerts = group.alerts.flatMap((fingerprint) => this.parts.book.get(fingerprint) ?? []);
    const mutings = new Map(alerts.map((alert) => [alert, this.muting(alert.labels, inhibitor, nowMs)]));
    const isTold = (alert: KnownAlert) => !isMuted(mutings.get(alert)!);
    const content = contentOf(alerts.filter(isTold), nowMs);
    const muted = this.noteMuted(group, mutings, nowMs);
    const receiver = this.config.receivers.find(({ name }) => name === route.receiver);
    receiver?.integrations.forEach((_each, at) => this.enter(group, route, at, content, nowMs));
    // The ledger has what is over and has to be told.
    const left = alerts.filter((alert) => !isResolved(alert, nowMs)).map(({ fingerprint }) => fingerprint);
    if (left.length === 0) this.end(group);
    else this.groups.put(group.id, { ...flushed, alerts: left, ...(muted && { muted }) });
  }

  /** Adds to the history which alerts are not told and why, when that has changed. @returns what is noted of each */
  private noteMuted(group: AlertGroup, mutings: ReadonlyMap<KnownAlert, Muting>, nowMs: number) {
    const muted: Record<string, string> = {};
    const fresh = new Map<string, KnownAlert[]>();
    for (const [alert, muting] of mutings) {
      if (!isMuted(muting) || isResolved(alert, nowMs)) continue;
      const reason = JSON.stringify(muting);
      muted[alert.fingerprint] = reason;
      if (group.muted?.[alert.fingerprint] !== reason) fresh.set(reason, [...(fresh.get(reason) ?? []), alert]);
    }
    for (const [reason, alerts] of fresh) {
      const { silencedBy, inhibitedBy, maintenance } = JSON.parse(reason) as Muting;
      this.parts.state.record({
        atMs: nowMs,
        kind: 'muted',
        alertnames: [...new Set(alerts.map(({ labels }) => labels.alertname ?? ''))],
        occurrences: alerts.map((alert) => occurrenceOf(alert)),
        detail: { silencedBy: silencedBy.map(this.parts.silenceNamed), inhibitedBy, maintenance },
      });
    }
    return Object.keys(muted).length === 0 ? undefined : muted;
  }

  private enter(group: AlertGroup, route: Route, at: number, content: Content, nowMs: number): void {
    const { ledger } = this.parts;
    const { kind, config } = this.config.receivers.find(({ name }) => name === route.receiver)!.integrations[at]!;
    const id = ledgerId(group.id, route.receiver, at);
    const row = ledger.get(id);
    if (content.alerts.length === 0) return this.dropWaiting(row); // all are muted
    const isAcknowledged =
      content.firing.length > 0 && content.firing.every((fingerprint) => this.parts.isAcknowledged(fingerprint));
    const repeatIntervalMs = route.repeatIntervalMs;
    const needs = needsTelling({
      row,
      content,
      sendResolved: config.send_resolved,
      repeatIntervalMs,
      isAcknowledged,
      nowMs,
    });
    const waiting = row?.pending;
    if (!needs && waiting === undefined) return;
    if (row === undefined && ledger.size >= MAX_ROWS) return void this.refusedCount++;
    const wanted = waiting === undefined ? content : joined(content, waiting);
    if (waiting !== undefined && sameContent(wanted, waiting)) return;
    const groupKey = Dispatcher.groupKey(route, group.labels);
    const place = { id, groupId: group.id, groupKey, groupLabels: group.labels };
    const { told, dead, answer } = row ?? { told: undefined, dead: undefined, answer: undefined };
    ledger.put(id, {
      ...place,
      receiver: route.receiver,
      integration: at,
      kind,
      told,
      dead,
      answer,
      pending: {
        ...wanted,
        sequence: ++this.sequence,
        sinceMs: waiting?.sinceMs ?? nowMs,
        attempts: waiting?.attempts ?? 0,
        nextMs: waiting?.nextMs ?? nowMs,
        underWayUntilMs: waiting?.underWayUntilMs,
      },
    });
  }

  /** Nothing is to be told any more, unless it is being told just now. */
  private dropWaiting(row: LedgerRow | undefined): void {
    if (row?.pending === undefined || row.pending.underWayUntilMs !== undefined) return;
    this.parts.ledger.put(row.id, { ...row, pending: undefined });
  }

  /** A group without alerts; of what it was told nothing has to be known, except what still waits. */
  private end(group: AlertGroup): void {
    this.groups.delete(group.id);
    for (const [id, row] of this.parts.ledger.entries()) {
      if (row.groupId === group.id && row.pending === undefined && row.dead === undefined) this.parts.ledger.delete(id);
    }
  }
}

export const isMuted = ({ silencedBy, inhibitedBy, maintenance }: Muting): boolean =>
  silencedBy.length + inhibitedBy.length + maintenance.length > 0;

const byId = (root: Route) => new Map([...allRoutes(root)].map((route) => [route.id, route]));

function contentOf(alerts: readonly KnownAlert[], nowMs: number): Content {
  const told = alerts.map((alert): ToldAlert => {
    const { fingerprint, labels, annotations, startsAt, endsAt, generatorUrl, value, threshold } = alert;
    const end = isResolved(alert, nowMs) ? endsAt : 0;
    return { fingerprint, labels, annotations, startsAt, endsAt: end, generatorUrl, value, threshold };
  });
  return split(
    told.toSorted((one, other) => one.startsAt - other.startsAt || (one.fingerprint < other.fingerprint ? -1 : 1)),
  );
}

function split(alerts: readonly ToldAlert[]): Content {
  const ids = (over: boolean) =>
    alerts.filter(({ endsAt }) => endsAt > 0 === over).map(({ fingerprint }) => fingerprint);
  return { alerts, firing: ids(false), resolved: ids(true) };
}

/** What still waits is told with what is new; of an alert in both the newer counts. */
function joined(newer: Content, waiting: Content): Content {
  const known = new Set(newer.alerts.map(({ fingerprint }) => fingerprint));
  const over = waiting.alerts.filter(({ fingerprint, endsAt }) => endsAt > 0 && !known.has(fingerprint));
  return split([...newer.alerts, ...over]);
}

function sameContent(one: Content, other: Content): boolean {
  return contentKey(one) === contentKey(other);
}

const contentKey = ({ firing, resolved }: Content) => JSON.stringify([firing.toSorted(), resolved.toSorted()]);
