import { z } from 'zod';
import {
  type BenchmarkRun,
  BenchmarkPhaseUnknownError,
  BenchmarkRequirementError,
  type BenchmarkScenario,
  type PhaseFigures,
  phaseAsHgrm,
  runAsCsv,
  type RunComparison,
  type RunEvent,
  runAsMarkdown,
} from '../../benchmark';
import type { Pools } from '../../pools';
import type { BenchmarkRunResponse, ComparisonResponse, ExportQuery, ScenarioListResponse } from './benchmark.schemas';
import type { StreamedEvent } from './event-stream';

/** A run as it is answered: its results and phases once it is over. */
export function benchmarkRunView(
  { startedAtMs, outcome, ...run }: BenchmarkRun,
  sinceBaseline?: RunComparison,
): BenchmarkRunResponse {
  return {
    ...run,
    startedAt: new Date(startedAtMs).toISOString(),
    results: outcome?.results,
    phases:
      outcome &&
      Object.fromEntries(Object.entries(outcome.phases).map(([name, phase]) => [name, withoutHistogram(phase)])),
    invalid: outcome?.invalid,
    estimates: outcome?.estimates,
    verdict: outcome?.verdict,
    sinceBaseline: sinceBaseline && comparisonView(sinceBaseline),
  };
}

/** A comparison as it is answered. */
export function comparisonView({ differences, ...comparison }: RunComparison): ComparisonResponse {
  return { ...comparison, differences: [...differences] };
}

/** What is told of a run, as events of a stream. */
export async function* runEvents(events: AsyncIterable<RunEvent>): AsyncGenerator<StreamedEvent> {
  for await (const { revision, ...data } of events) {
    yield { id: revision, type: data.state === 'running' ? 'progress' : 'end', data };
  }
}

/** Its thousands of counts are for the export. */
function withoutHistogram(phase: PhaseFigures): PhaseFigures {
  const { operations, durationMs, perSecond, latency, details } = phase;
  return { operations, durationMs, perSecond, latency, details };
}

/** What an export is answered as. */
export const EXPORT_TYPES = { csv: 'text/csv', markdown: 'text/markdown', hgrm: 'text/plain' } as const;

/** A run in one of the formats. @throws BenchmarkPhaseUnknownError for a phase that has no latencies of its own */
export function runAs(run: BenchmarkRun, format: ExportQuery['format'], phase: string | undefined): string {
  if (format === 'csv') return runAsCsv(run);
  if (format === 'markdown') return runAsMarkdown(run);
  const phases = run.outcome?.phases ?? {};
  const kept = Object.keys(phases).filter((name) => phases[name]!.histogram !== undefined);
  const name = phase ?? kept[0];
  const text = name === undefined || !Object.hasOwn(phases, name) ? undefined : phaseAsHgrm(phases[name]!);
  if (text === undefined) throw new BenchmarkPhaseUnknownError(run.id, phase, kept);
  return text;
}

/** A scenario as somebody needs it who wants to start a run. */
export function scenarioView(
  { name, description, parameters, requires }: BenchmarkScenario,
  pools: Pools,
): ScenarioListResponse['scenarios'][number] {
  const missing = requires.filter((pool) => pools[pool].state === 'not_configured');
  const schema = z.toJSONSchema(parameters, { io: 'input' });
  const remedy = missing.map((pool) => new BenchmarkRequirementError(name, pool).message).join(' ');
  return {
    name,
    description,
    parameters: { ...schema },
    runnable: missing.length === 0,
    missing,
    ...(missing.length > 0 && { remedy }),
  };
}
