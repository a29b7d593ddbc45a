import { globSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Logger } from '@nestjs/common';
import { problemText } from './rule-file';
import { parseRuleFile } from './rule-file-parser';
import type { RuleGroups } from './rule-groups';

/** What became of a file when it was last read. */
export interface RuleFileOutcome {
  readonly file: string;
  readonly groups: number;
  /** Why it was refused, `file:line:column: message` each; empty: it was taken. */
  readonly problems: readonly string[];
}

/** The files are shown with this before their path, as sources of groups. */
const PREFIX = 'file:';
const PROBLEMS_SHOWN = 10;
const LARGEST_BYTES = 4_000_000;

/** The rule files: what is wrong with one is said, and the rules it had before stay. */
export class RuleFiles {
  private readonly logger = new Logger('AlertRules');
  private readonly versions = new Map<string, string>();
  private readonly outcomes = new Map<string, RuleFileOutcome>();
  private running: Promise<unknown> = Promise.resolve();

  /** @param patterns paths with globs */
  constructor(
    private readonly patterns: readonly string[],
    private readonly groups: RuleGroups,
  ) {}

  /** How each file is, as it was last read. */
  get status(): readonly RuleFileOutcome[] {
    return [...this.outcomes.values()];
  }

  /** Reads the files that have changed since the last time, or all; those that are gone take their rules with them. */
  load(nowMs: number, all = false): Promise<readonly RuleFileOutcome[]> {
    const loaded = this.running.then(() => this.loadNow(nowMs, all));
    this.running = loaded.catch(() => undefined);
    return loaded;
  }

  private async loadNow(nowMs: number, all: boolean): Promise<readonly RuleFileOutcome[]> {
    if (this.patterns.length === 0) return [];
    const files = [...new Set(this.patterns.flatMap((pattern) => this.matching(pattern)))].toSorted();
    for (const file of this.versions.keys()) if (!files.includes(file)) this.forget(file, nowMs);
    for (const file of files) {
      const version = await versionOf(file);
      if (!all && this.versions.get(file) === version) continue;
      this.versions.set(file, version);
      await this.read(file, nowMs);
    }
    return this.status;
  }

  /** A path without a glob is a file that has to be there. */
  private matching(pattern: string): string[] {
    return /[*?[{]/.test(pattern) ? globSync(pattern) : [pattern];
  }

  private forget(file: string, nowMs: number): void {
    this.versions.delete(file);
    this.outcomes.delete(file);
    this.groups.set(PREFIX + file, [], nowMs);
    this.logger.log(`The rule file ${file} is gone, and its rules with it`);
  }

  private async read(file: string, nowMs: number): Promise<void> {
    let problems: readonly string[];
    let taken = 0;
    try {
      if ((await stat(file)).size > LARGEST_BYTES) throw new Error(`the file is larger than ${LARGEST_BYTES} bytes`);
      const parsed = parseRuleFile(await readFile(file, 'utf8'));
      problems = parsed.problems.slice(0, PROBLEMS_SHOWN).map((problem) => problemText(file, problem));
      if (problems.length === 0) {
        this.groups.set(PREFIX + file, parsed.groups, nowMs);
        taken = parsed.groups.length;
      }
    } catch (error) {
      problems = [`${file}: ${(error as Error).message}`];
    }
    this.outcomes.set(file, { file, groups: taken, problems });
    if (problems.length === 0) this.logger.log(`Read ${taken} groups of rules from ${file}`);
    else this.logger.error(`The rule file is refused, what it said before stays: ${problems.join('; ')}`);
  }
}

/** Changes with the file; '' where it cannot be read. */
async function versionOf(file: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs}/${size}/${ino}`;
  } catch {
    return '';
  }
}
