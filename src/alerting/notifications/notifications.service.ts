import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { Clock } from '../../common/clock';
import { withDeadline } from '../../common/deadline';
import { FailureLog } from '../../common/log/failure-log';
import { optionName } from '../../common/settings/option-names';
import { SharedDatabase } from '../../copies/shared-database';
import { JobScheduler } from '../../jobs/job-scheduler';
import { AlwaysLeader, Leader } from '../../jobs/leader';
import { ALERTING_OPTIONS, type AlertingOptions } from '../alerting.module-definition';
import type { AlertReceiver, PostedAlert } from '../posted-alert';
import { type AlertTransition, occurrenceOfTransition } from './alerts/occurrence';
import type { Integration } from './config/alertmanager-config';
import { NotificationConfig } from './config/notification-config';
import { AddressRule } from './delivery/address-rule';
import { AlertmanagerForwarder } from './delivery/alertmanager-forwarder';
import { ATTEMPT_TIMEOUT_MS, lateAnswer } from './delivery/deliverer';
import { OutboundHttp } from './delivery/outbound-http';
import { fingerprintOf } from './matching/label-set';
import { NotificationCore } from './notification-core';
import type { Notification } from './receivers/notification';
import { notificationOf, tell } from './receivers/notification-context';
import { MemoryStateStore } from './state/memory-state-store';
import { PostgresStateStore } from './state/postgres-state-store';
import type { NotificationEvent, StateStore } from './state/state-store';

const TURN_MS = 250;
const CONFIG_LOOK_MS = 5_000;
const DAY_MS = 86_400_000;
const HISTORY_MS = 90 * DAY_MS;
/** Events that are joined with one page of the history of alerts. */
const MOST_CONCERNING = 10_000;
const PURGE_MS = 3_600_000;

/** What one integration said to a test. */
export interface TestAnswer {
  readonly receiver: string;
  readonly kind: Integration['kind'];
  readonly ok: boolean;
  readonly answer: string;
}

/** Tells people and programs of the alerts: an Alertmanager in this process, and real ones where they are configured. */
@Injectable()
export class Notifications implements AlertReceiver, OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Notifications');
  private readonly addresses: AddressRule;
  private readonly http: OutboundHttp;
  private readonly store: StateStore;
  private readonly forwarder: AlertmanagerForwarder;
  private readonly leader: Leader;
  private readonly fullness: FailureLog;
  private config!: NotificationConfig;
  private running!: NotificationCore;
  private problem: string | undefined;
  private lookedAtMs = -Infinity;
  private saidNobody = false;

  constructor(
    @Inject(ALERTING_OPTIONS) private readonly options: AlertingOptions,
    private readonly clock: Clock,
    private readonly jobs: JobScheduler,
    @Optional() database?: SharedDatabase,
    @Optional() leader?: Leader,
  ) {
    const { allowPrivateTargets = true, alertmanagerUrls } = options.notifications;
    this.fullness = new FailureLog(this.logger, clock, 'New alerts find a place again');
    this.addresses = new AddressRule(allowPrivateTargets);
    this.http = new OutboundHttp(this.addresses);
    this.store = database?.isConfigured ? new PostgresStateStore(database) : new MemoryStateStore();
    this.leader = leader ?? new AlwaysLeader();
    const urls = alertmanagerUrls?.split('|') ?? [];
    this.forwarder = new AlertmanagerForwarder(urls, this.http, clock, this.logger);
  }

  /** @throws AlertmanagerConfigError when the file cannot be used: nothing starts */
  onModuleInit(): void {
    this.config = new NotificationConfig(this.options.notifications);
    const { config } = this.config.current;
    this.running = new NotificationCore({
      clock: this.clock,
      store: this.store,
      config,
      logger: this.logger,
      leads: () => this.leader.leads(JOB),
      send: (integration, row, signal) =>
        this.tell(integration, notificationOf(row, integration, this.externalUrl), signal),
    });
  }

  onApplicationBootstrap(): void {
    this.jobs.add({
      name: JOB,
      everyMs: TURN_MS,
      run: () => this.turn(),
      failure: 'Alerts could not be told',
    });
    this.jobs.add({
      name: 'alert-notification-purge',
      everyMs: PURGE_MS,
      run: () => this.store.purge(this.clock.now() - HISTORY_MS),
      copies: 'one',
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    // A start that failed elsewhere ends before this one has begun.
    await Promise.all([this.running?.end(), this.forwarder.end()]);
    await this.http.close();
  }

  /** The Alertmanager of this process. */
  get core(): NotificationCore {
    return this.running;
  }

  get events(): Pick<StateStore, 'events'> {
    return this.store;
  }

  /** What was told of each of these transitions, and who silenced and acknowledged. @throws what the database fails with */
  async concerning(
    transitions: readonly AlertTransition[],
  ): Promise<ReadonlyMap<string, readonly NotificationEvent[]>> {
    const occurrences = new Set(transitions.flatMap((each) => occurrenceOfTransition(each) ?? []));
    const found = new Map([...occurrences].map((each) => [each, [] as NotificationEvent[]]));
    if (occurrences.size === 0) return found;
    for (const event of await this.store.concerning([...occurrences], MOST_CONCERNING))
      for (const occurrence of event.occurrences ?? []) found.get(occurrence)?.push(event);
    return found;
  }

  /** Why the configuration file as it is now is not in force; `undefined` when it is. */
  get configProblem(): string | undefined {
    return this.problem;
  }

  /** Whether anybody is told of alerts at all. */
  get tellsAnybody(): boolean {
    return this.config.tellsAnybody || this.forwarder.isConfigured;
  }

  /** Real Alertmanagers that have not been reached for so long (ms), and why. */
  forwardingProblems(forMs: number): string[] {
    return this.forwarder.problems(forMs);
  }

  get externalUrl(): string {
    return this.options.externalUrl?.replace(/\/$/, '') ?? '';
  }

  /** Alerts that real Alertmanagers did not get. */
  get dropped(): number {
    return this.forwarder.dropped;
  }

  receive(alerts: readonly PostedAlert[]): void {
    this.running.receive(alerts);
    this.forwarder.receive(alerts);
  }

  /** Reads the configuration file again. @throws AlertmanagerConfigError: what is in force stays */
  reload(): void {
    try {
      this.running.configure(this.config.reload().config);
      this.problem = undefined;
      this.logger.log('The configuration of notifications was read again');
    } catch (error) {
      this.problem = (error as Error).message;
      this.logger.warn(`The configuration of notifications stays as it was: ${this.problem}`);
      throw error;
    }
  }

  /** Sends a marked test to every integration of the receiver, or of all. Resolves with what each said. */
  async test(receiver: string | undefined): Promise<TestAnswer[]> {
    const nowMs = this.clock.now();
    const labels = { alertname: 'TestNotification', severity: 'info' };
    const annotations = {
      summary: 'This is a test of the notifications; nothing has happened.',
      value: '1',
      threshold: '0',
    };
    const fingerprint = fingerprintOf(labels);
    const alert = { fingerprint, labels, annotations, startsAt: nowMs, endsAt: 0, generatorUrl: this.externalUrl };
    const asked = this.running.config.receivers.filter(({ name }) => receiver === undefined || name === receiver);
    const tests = asked.flatMap(({ name, integrations }) =>
      integrations.map(async (integration): Promise<TestAnswer> => {
        const { kind } = integration;
        const place = { receiver: name, groupKey: '{}:{alertname="TestNotification"}', groupLabels: labels };
        const notification = { ...place, alerts: [alert], externalUrl: this.externalUrl, isTest: true };
        try {
          const { ok, text } = await withDeadline(
            (signal) => this.tell(integration, notification, signal),
            ATTEMPT_TIMEOUT_MS,
            lateAnswer,
          );
          return { receiver: name, kind, ok, answer: this.running.deliverer.shown(text) };
        } catch (error) {
          return { receiver: name, kind, ok: false, answer: this.running.deliverer.shown((error as Error).message) };
        }
      }),
    );
    return Promise.all(tests);
  }

  private async turn(): Promise<void> {
    this.lookAtConfig();
    await this.running.turn();
    this.forwarder.turn();
    this.sayWhenNobodyIsTold();
    if (this.running.isFull) this.fullness.failed('New alerts are not told', 'as many are known as fit');
    else this.fullness.succeeded();
  }

  private lookAtConfig(): void {
    const nowMs = this.clock.monotonic();
    if (nowMs - this.lookedAtMs < CONFIG_LOOK_MS) return;
    this.lookedAtMs = nowMs;
    if (!this.config.hasChanged()) return;
    try {
      this.reload();
    } catch {
      // It has been said; the next change is tried again.
    }
  }

  /** An alert that nobody hears of is a fault of the configuration, which nobody would notice otherwise. */
  private sayWhenNobodyIsTold(): void {
    if (this.saidNobody || this.tellsAnybody) return;
    if (this.running.firing(this.clock.now()).length === 0) return;
    this.saidNobody = true;
    this.logger.warn(
      `An alert fires and nobody is told: set ${TARGETS.map((name) => optionName('AlertingModule', `notifications.${name}`)).join(', or ')}`,
    );
  }

  private tell(integration: Integration, notification: Notification, signal: AbortSignal) {
    const { makeTexts, config } = this.config.current;
    const { addresses, http, externalUrl } = this;
    const { webhookSecret } = this.options.notifications;
    const context = { global: config.global, makeTexts, http, addresses, externalUrl, webhookSecret };
    return tell(integration, notification, context, signal, this.clock.now());
  }
}

const JOB = 'alert-notifications';
const TARGETS = ['configFile', 'webhookUrl', 'slackUrl', 'emailTo'];
