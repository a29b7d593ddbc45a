import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { BenchmarkRunner, compareRuns, ScenarioRegistry } from '../../benchmark';
import { Pools } from '../../pools';
import {
  type AuditedRequest,
  AuditLog,
  type FrameworkRequest,
  type FrameworkResponse,
  InvalidRequestError,
  listProblems,
  nodeRequest,
  RouteAccess,
  takeResponse,
} from '../../http';
import {
  benchmarkBody,
  type BenchmarkBody,
  benchmarkListResponse,
  type BenchmarkListResponse,
  benchmarkParams,
  type BenchmarkParams,
  benchmarkQuery,
  type BenchmarkQuery,
  benchmarkRunResponse,
  type BenchmarkRunResponse,
  compareQuery,
  type CompareQuery,
  comparisonResponse,
  type ComparisonResponse,
  exportQuery,
  type ExportQuery,
  scenarioListResponse,
  type ScenarioListResponse,
} from './benchmark.schemas';
import { benchmarkRunView, comparisonView, EXPORT_TYPES, runAs, runEvents, scenarioView } from './benchmark-views';
import { lastEventId, sendEvents } from './event-stream';

const WAIT_MS = 60_000;

/** What Express and Fastify have in common. */
interface AnswerHead {
  header(name: string, value: string): unknown;
  status(code: number): unknown;
}

/** Benchmark runs: start, follow, cancel. */
@ApiTags('benchmark')
@Controller('performance/benchmark')
export class BenchmarkController {
  constructor(
    private readonly runner: BenchmarkRunner,
    private readonly scenarios: ScenarioRegistry,
    private readonly audit: AuditLog,
    private readonly pools: Pools,
  ) {}

  /** Starts a run and answers 202 with where to follow it; with `?wait=true` 200 with its result. */
  @Post()
  @RouteAccess('admin')
  @ApiAcceptedResponse({ standardSchema: benchmarkRunResponse, description: 'started; Location is where to follow it' })
  @ApiOkResponse({ standardSchema: benchmarkRunResponse, description: 'over (with wait=true)' })
  async start(
    @Body({ schema: benchmarkBody }) { scenario, parameters }: BenchmarkBody,
    @Query({ schema: benchmarkQuery }) { wait }: BenchmarkQuery,
    @Req() request: AuditedRequest,
    @Res({ passthrough: true }) response: AnswerHead,
  ): Promise<BenchmarkRunResponse> {
    this.checkInput(scenario, parameters);
    const started = await this.runner.start(scenario, parameters);
    this.audit.record(request, {
      action: 'benchmark.start',
      target: started.id,
      after: { scenario, parameters: started.parameters },
    });
    const run = wait === 'true' ? await this.runner.wait(started.id, WAIT_MS) : started;
    response.header('Location', `/performance/benchmark/${run.id}`);
    response.status(run.state === 'running' ? 202 : 200);
    return benchmarkRunView(run, await this.runner.sinceBaseline(run));
  }

  /** The scenarios there are and the last runs of all copies, the newest first. */
  @Get()
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: benchmarkListResponse })
  async list(): Promise<BenchmarkListResponse> {
    return {
      scenarios: this.scenarios.all().map(({ name, description }) => ({ name, description })),
      runs: (await this.runner.list()).map((run) => benchmarkRunView(run)),
    };
  }

  /** What can be run, with its parameters as a JSON schema, and what is missing for it here. */
  @Get('scenarios')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: scenarioListResponse })
  scenarioList(): ScenarioListResponse {
    return { scenarios: this.scenarios.all().map((scenario) => scenarioView(scenario, this.pools)) };
  }

  /** What changed from run `a` to run `b`: ratios with their intervals, phase by phase, and a verdict where these allow one. */
  @Get('compare')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: comparisonResponse })
  async compare(@Query({ schema: compareQuery }) { a, b }: CompareQuery): Promise<ComparisonResponse> {
    return comparisonView(compareRuns(await this.runner.get(a), await this.runner.get(b)));
  }

  /**
   * Progress and interim figures as server-sent events `progress`, and `end` when the run is over. A client that comes back
   * with `Last-Event-ID` gets what it has missed.
   */
  @Get(':id/events')
  @RouteAccess('read')
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ schema: { type: 'string' } })
  async events(
    @Param({ schema: benchmarkParams }) { id }: BenchmarkParams,
    @Req() request: FrameworkRequest,
    @Res() response: FrameworkResponse,
  ): Promise<void> {
    await this.runner.get(id); // a run that is unknown has an answer of its own
    const seen = lastEventId(nodeRequest(request).headers['last-event-id']);
    const taken = takeResponse(response);
    const gone = new AbortController();
    taken.once('close', () => gone.abort());
    await sendEvents(taken, runEvents(this.runner.follow(id, seen, gone.signal)));
  }

  /** Makes a completed run the one that later runs of its scenario are compared with. */
  @Put(':id/baseline')
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: benchmarkRunResponse })
  async pin(
    @Param({ schema: benchmarkParams }) { id }: BenchmarkParams,
    @Req() request: AuditedRequest,
  ): Promise<BenchmarkRunResponse> {
    const run = await this.runner.pin(id);
    this.audit.record(request, { action: 'benchmark.baseline', target: id, after: { baseline: true } });
    return benchmarkRunView(run);
  }

  /** Compares later runs with it no more. */
  @Delete(':id/baseline')
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: benchmarkRunResponse })
  async unpin(
    @Param({ schema: benchmarkParams }) { id }: BenchmarkParams,
    @Req() request: AuditedRequest,
  ): Promise<BenchmarkRunResponse> {
    const run = await this.runner.unpin(id);
    this.audit.record(request, { action: 'benchmark.baseline', target: id, after: { baseline: false } });
    return benchmarkRunView(run);
  }

  /** A run as CSV or Markdown, or the latencies of one of its phases as HdrHistogram's plotters read them. */
  @Get(':id/export')
  @RouteAccess('read')
  @ApiProduces(...Object.values(EXPORT_TYPES))
  @ApiOkResponse({ schema: { type: 'string' } })
  async export(
    @Param({ schema: benchmarkParams }) { id }: BenchmarkParams,
    @Query({ schema: exportQuery }) { format, phase }: ExportQuery,
    @Res({ passthrough: true }) response: AnswerHead,
  ): Promise<string> {
    const run = await this.runner.get(id);
    const text = runAs(run, format, phase);
    response.header('Content-Type', `${EXPORT_TYPES[format]}; charset=utf-8`);
    return text;
  }

  /** One run: its progress while it lasts, its results afterwards. */
  @Get(':id')
  @RouteAccess('read')
  @ApiOkResponse({ standardSchema: benchmarkRunResponse })
  async one(@Param({ schema: benchmarkParams }) { id }: BenchmarkParams): Promise<BenchmarkRunResponse> {
    const run = await this.runner.get(id);
    return benchmarkRunView(run, await this.runner.sinceBaseline(run));
  }

  /** Cancels a run; answers when its table is gone. */
  @Delete(':id')
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiOkResponse({ standardSchema: benchmarkRunResponse })
  async cancel(
    @Param({ schema: benchmarkParams }) { id }: BenchmarkParams,
    @Req() request: AuditedRequest,
  ): Promise<BenchmarkRunResponse> {
    const cancelled = await this.runner.cancel(id);
    this.audit.record(request, { action: 'benchmark.cancel', target: id, after: { state: cancelled.state } });
    return benchmarkRunView(cancelled);
  }

  /** What is wrong is told with the field, as of every other route. @throws InvalidRequestError */
  private checkInput(name: string, parameters: BenchmarkBody['parameters']): void {
    const names = this.scenarios.names();
    if (!names.includes(name)) {
      const message = `expected one of ${names.join(', ')}`;
      throw new InvalidRequestError([{ in: 'body', field: 'scenario', message, value: name }]);
    }
    const { parameters: schema } = this.scenarios.get(name);
    const { error } = schema.safeParse(parameters);
    if (error === undefined) return;
    throw new InvalidRequestError(listProblems('body', parameters, error.issues, { schema, name: 'parameters' }));
  }
}
