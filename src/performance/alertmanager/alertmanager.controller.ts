import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, UseFilters } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import {
  AlertMatcher,
  LABEL_NAME,
  matchesAll,
  matcherOf,
  Notifications,
  parseMatchers,
  type PostedAlert,
  type Silence,
  SilenceInvalidError,
} from '../../alerting/internal';
import { Clock } from '../../common/clock';
import { type AuditedRequest, AuditLog, RouteAccess } from '../../http';
import { AlertmanagerErrorFilter } from './alertmanager-error.filter';
import { AlertViews, silenceView } from './alertmanager-views';
import {
  alertGroup,
  type AlertGroupResponse,
  alertmanagerStatus,
  type AlertsQuery,
  alertsQuery,
  emptyResponse,
  type GettableAlert,
  gettableAlert,
  type GettableSilence,
  gettableSilence,
  type GroupsQuery,
  groupsQuery,
  type NothingAsked,
  nothingAsked,
  type PostableAlerts,
  postableAlerts,
  type PostableSilence,
  postableSilence,
  receiverResponse,
  receiversQuery,
  silenceIdResponse,
  type SilenceParams,
  silenceParams,
  type SilencesQuery,
  silencesQuery,
} from './alertmanager.schemas';

/** The release whose API this is; amtool compares it with its own. */
const API_OF = '0.25.0';

/** Alertmanager's API v2: amtool works with it, and a Prometheus can send its alerts here. */
@ApiTags('alertmanager')
@UseFilters(AlertmanagerErrorFilter)
@Controller('performance/alertmanager/api/v2')
export class AlertmanagerController {
  private readonly startedAtMs = Date.now() - process.uptime() * 1_000;

  constructor(
    private readonly notifications: Notifications,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /** The version of the API, and the configuration without its secrets. */
  @Get('status')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: alertmanagerStatus })
  status(@Query({ schema: nothingAsked }) _asked: NothingAsked) {
    const none = { revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' };
    return {
      cluster: { name: '', status: 'disabled' as const, peers: [] },
      versionInfo: { version: API_OF, ...none },
      config: { original: this.notifications.core.config.shown },
      uptime: new Date(this.startedAtMs).toISOString(),
    };
  }

  /** The receivers of the configuration. */
  @Get('receivers')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: receiverResponse, isArray: true })
  receivers(@Query({ schema: receiversQuery }) query: Pick<AlertsQuery, 'receiver_matchers'>) {
    const all = this.notifications.core.config.receivers.map(({ name }) => ({ name, labels: {} }));
    return isForOurReceivers(query) ? all : [];
  }

  /** The alerts that fire. */
  @Get('alerts')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: gettableAlert, isArray: true })
  async alerts(@Query({ schema: alertsQuery }) query: AlertsQuery): Promise<GettableAlert[]> {
    const wanted = filterOf(query);
    return (await this.views()).firing().filter(wanted);
  }

  /** The groups in which alerts are told. */
  @Get('alerts/groups')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: alertGroup, isArray: true })
  async groups(@Query({ schema: groupsQuery }) query: GroupsQuery): Promise<AlertGroupResponse[]> {
    const wanted = filterOf(query);
    const views = (await this.views()).groups();
    return views
      .map(({ labels, routeLabels, receiver, alerts }) => ({
        labels,
        routeLabels,
        receiver,
        alerts: alerts.filter(wanted),
      }))
      .filter(({ alerts }) => alerts.length > 0)
      .filter(({ alerts }) => query.muted === 'true' || alerts.some(({ status }) => status.state !== 'suppressed'));
  }

  /** Takes alerts, as a Prometheus sends them; those that cannot be taken do not stop the others. */
  @Post('alerts')
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: emptyResponse })
  async post(
    @Query({ schema: nothingAsked }) _: NothingAsked,
    @Body({ schema: postableAlerts }) given: PostableAlerts,
  ): Promise<Record<string, never>> {
    const nowMs = this.clock.now();
    const { global } = this.notifications.core.config;
    const problems: string[] = [];
    const posted = given.flatMap((alert, at): PostedAlert[] => {
      const made = postedAlert(alert, nowMs, global.resolve_timeout);
      if (typeof made !== 'string') return [made];
      problems.push(`[${at}] ${made}`);
      return [];
    });
    this.notifications.receive(posted);
    await this.notifications.core.state.flush(); // who gets an answer does not send them again
    if (problems.length > 0) throw new SilenceInvalidError(problems.slice(0, 10).join('; '));
    return {};
  }

  /** The silences, also those that ended lately. */
  @Get('silences')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: gettableSilence, isArray: true })
  async silences(@Query({ schema: silencesQuery }) query: SilencesQuery): Promise<GettableSilence[]> {
    const filters = query.filter.flatMap(parseMatchers);
    await this.notifications.core.catchUp();
    const nowMs = this.clock.now();
    return [...this.notifications.core.silences.all()]
      .filter((silence) => matchesSilence(silence, filters))
      .map((silence) => silenceView(silence, nowMs))
      .filter(({ status }) => query[status.state] === 'true')
      .toSorted((one, other) => (one.endsAt < other.endsAt ? -1 : 1));
  }

  /** Makes a silence, or changes one: with other matchers, or after its end, another takes its place. */
  @Post('silences')
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: silenceIdResponse })
  async silence(
    @Query({ schema: nothingAsked }) _: NothingAsked,
    @Body({ schema: postableSilence }) given: PostableSilence,
    @Req() request: AuditedRequest,
  ): Promise<{ silenceID: string }> {
    const { core } = this.notifications;
    if (given.id) await core.catchUp();
    const { annotations: _none, ...silence } = given;
    const [startsAt, endsAt] = [Date.parse(given.startsAt), Date.parse(given.endsAt)];
    const silenceID = core.silences.set({ ...silence, startsAt, endsAt }, this.clock.now());
    await core.state.flush();
    const after = { matchers: given.matchers, startsAt: given.startsAt, endsAt: given.endsAt };
    this.audit.record(request, { action: 'silence.set', target: silenceID, after });
    return { silenceID };
  }

  /** One silence. */
  @Get('silence/:silenceID')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: gettableSilence })
  async oneSilence(
    @Query({ schema: nothingAsked }) _: NothingAsked,
    @Param({ schema: silenceParams }) { silenceID }: SilenceParams,
  ): Promise<GettableSilence> {
    await this.notifications.core.catchUp();
    return silenceView(this.notifications.core.silences.get(silenceID), this.clock.now());
  }

  /** Ends a silence now. */
  @Delete('silence/:silenceID')
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: emptyResponse })
  async expire(
    @Query({ schema: nothingAsked }) _: NothingAsked,
    @Param({ schema: silenceParams }) { silenceID }: SilenceParams,
    @Req() request: AuditedRequest,
  ): Promise<Record<string, never>> {
    const { core } = this.notifications;
    await core.catchUp();
    core.silences.expire(silenceID, this.clock.now());
    await core.state.flush();
    this.audit.record(request, { action: 'silence.expire', target: silenceID });
    return {};
  }

  private async views(): Promise<AlertViews> {
    await this.notifications.core.catchUp();
    return new AlertViews(this.notifications.core, this.clock.now());
  }
}

/** Our receivers have no labels. */
function isForOurReceivers({ receiver_matchers }: Pick<AlertsQuery, 'receiver_matchers'>): boolean {
  return matchesAll({}, receiver_matchers.flatMap(parseMatchers));
}

function filterOf(query: AlertsQuery): (alert: GettableAlert) => boolean {
  const filters = query.filter.flatMap(parseMatchers);
  const receiver = query.receiver ? new AlertMatcher('receiver', '=~', query.receiver) : undefined;
  const forUs = isForOurReceivers(query);
  const shows = (flag: 'active' | 'silenced' | 'inhibited' | 'unprocessed') => query[flag] === 'true';
  return ({ labels, receivers, status }) =>
    forUs &&
    matchesAll(labels, filters) &&
    (receiver === undefined || receivers.some(({ name }) => receiver.matches({ receiver: name }))) &&
    (shows('active') || status.state !== 'active') &&
    (shows('unprocessed') || status.state !== 'unprocessed') &&
    (shows('silenced') || status.silencedBy.length === 0) &&
    (shows('inhibited') || status.inhibitedBy.length === 0);
}

/** A filter asks for silences that have a matcher of this name with such a value. */
function matchesSilence({ matchers }: Silence, filters: readonly AlertMatcher[]): boolean {
  return matchesAll(Object.fromEntries(matchers.map((matcher) => [matcherOf(matcher).name, matcher.value])), filters);
}

/** The alert, or why it cannot be taken. */
function postedAlert(
  { labels, annotations = {}, startsAt, endsAt, generatorURL = '' }: PostableAlerts[number],
  nowMs: number,
  resolveTimeoutMs: number,
): PostedAlert | string {
  const wrong = [...Object.keys(labels), ...Object.keys(annotations)].find((name) => !LABEL_NAME.test(name));
  if (wrong !== undefined) return `invalid label name "${wrong.slice(0, 100)}"`;
  if (Object.values(labels).every((value) => value === '')) return 'at least one label pair required';
  const end = timeOf(endsAt);
  const start = timeOf(startsAt) ?? Math.min(nowMs, end ?? nowMs);
  if (end !== undefined && end < start) return 'start time must be before end time';
  return { labels, annotations, startsAt: start, endsAt: end ?? nowMs + resolveTimeoutMs, generatorUrl: generatorURL };
}

/** The year 1 stands for none. */
function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? undefined : Date.parse(text);
  return time === undefined || time < 0 ? undefined : time;
}
