import type { PostedAlert } from '../posted-alert';
import { type GroupParts, GroupRun, type RuleOfGroup } from './group-run';
import type { RuleGroup } from './rule-file';
import type { UnknownCause } from './rule-run';

interface Source {
  /** By which an unchanged group is known. */
  readonly texts: ReadonlyMap<string, string>;
  readonly runs: readonly GroupRun[];
}

/** When a group is evaluated: so long (ms) after its time, so that the tick of that time has been kept. */
const AFTER_TICK_MS = 200;

/** Every group of rules, by where it comes from, each with its state. A source that is set anew keeps what it can. */
export class RuleGroups {
  private readonly sources = new Map<string, Source>();
  /** Each group's last time (Unix ms), a whole multiple of its interval. */
  private readonly evaluated = new WeakMap<GroupRun, number>();

  constructor(
    private readonly parts: GroupParts,
    private readonly defaultIntervalMs: number,
  ) {}

  get all(): readonly GroupRun[] {
    return [...this.sources.values()].flatMap(({ runs }) => runs);
  }

  get rules(): readonly RuleOfGroup[] {
    return this.all.flatMap(({ rules }) => rules);
  }

  has(file: string): boolean {
    return this.sources.has(file);
  }

  /** Sets the groups of a source; groups that are as they were go on untouched, changed ones keep the state of equal rules. */
  set(file: string, groups: readonly RuleGroup[], nowMs: number): void {
    const before = this.sources.get(file);
    const texts = new Map(groups.map((group) => [group.name, textOf(group)]));
    const former = new Map(before?.runs.map((run) => [run.group.name, run]));
    const runs = groups.map((group) => {
      const known = former.get(group.name);
      former.delete(group.name);
      if (known !== undefined && before!.texts.get(group.name) === texts.get(group.name)) return known;
      const run = new GroupRun(group, file, this.defaultIntervalMs, this.parts);
      if (known !== undefined) run.takeOver(known, nowMs);
      return run;
    });
    for (const run of former.values()) run.end(nowMs);
    if (runs.length === 0) this.sources.delete(file);
    else this.sources.set(file, { texts, runs });
  }

  /** Evaluates the groups whose time has come, each as of a whole multiple of its interval. */
  async evaluateDue(nowMs: number, problem: UnknownCause | undefined): Promise<PostedAlert[]> {
    const posted: PostedAlert[] = [];
    for (const run of this.all) {
      const dueMs = Math.floor((nowMs - AFTER_TICK_MS) / run.intervalMs) * run.intervalMs;
      const lastMs = this.evaluated.get(run) ?? run.lastEvaluationMs ?? -Infinity;
      if (dueMs === lastMs || (dueMs < lastMs && lastMs - dueMs < run.intervalMs)) continue;
      this.evaluated.set(run, dueMs);
      posted.push(...(await evaluated(run, dueMs, problem)));
    }
    return posted;
  }

  /** Evaluates every group now. */
  async evaluateAll(nowMs: number, problem: UnknownCause | undefined): Promise<PostedAlert[]> {
    const posted: PostedAlert[] = [];
    for (const run of this.all) posted.push(...(await evaluated(run, nowMs, problem)));
    return posted;
  }

  /** The clock was set by so many ms. */
  shift(stepMs: number): void {
    for (const { alerting } of this.rules) alerting?.shift(stepMs);
  }
}

const evaluated = (run: GroupRun, timeMs: number, problem: UnknownCause | undefined): Promise<PostedAlert[]> =>
  problem === undefined ? run.evaluate(timeMs) : Promise.resolve(run.fail(problem, timeMs));

function textOf({ name, intervalMs, limit, rules }: RuleGroup): string {
  const notWritten = new Set(['parsed', 'line']);
  return JSON.stringify([name, intervalMs, limit, rules], (key, value: unknown) =>
    notWritten.has(key) ? undefined : value,
  );
}
