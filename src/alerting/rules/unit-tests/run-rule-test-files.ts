import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { problemText } from '../rule-file';
import { parseRuleFile } from '../rule-file-parser';
import { parseRuleTestFile } from './rule-test-file';
import { type LoadedRules, runRuleTests } from './rule-test-run';

/** Runs the unit tests of a file on disk, with the rule files that it names. @returns what failed, empty when all is well */
export async function runRuleTestFile(path: string): Promise<string[]> {
  const file = parseRuleTestFile(await readFile(path, 'utf8'));
  if (file.problems.length > 0) return file.problems.map((problem) => problemText(path, problem));
  const rules: LoadedRules[number][] = [];
  const problems: string[] = [];
  for (const pattern of file.ruleFiles) {
    for (const found of globSync(resolve(dirname(path), pattern))) {
      const parsed = parseRuleFile(await readFile(found, 'utf8'));
      problems.push(...parsed.problems.map((problem) => problemText(found, problem)));
      rules.push({ file: found, groups: parsed.groups });
    }
  }
  return problems.length > 0 ? problems : runRuleTests(file, rules);
}
