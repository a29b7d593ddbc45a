import { problemText } from '../rule-file';
import { parseRuleFile } from '../rule-file-parser';
import { parseRuleTestFile } from './rule-test-file';
import { runRuleTests } from './rule-test-run';

/**
 * Runs unit tests that are given as text, with the rule files that they name.
 * @param files texts by name; `rule_files` of the tests that are not among them count as failures
 * @returns what failed, empty when all is well
 */
export async function runRuleTestTexts(tests: string, files: ReadonlyMap<string, string>): Promise<string[]> {
  const file = parseRuleTestFile(tests);
  if (file.problems.length > 0) return file.problems.map((problem) => problemText('tests', problem));
  const missing = file.ruleFiles.filter((name) => !files.has(name));
  if (missing.length > 0) return missing.map((name) => `the rule file ${name} is not among those given`);
  const rules = file.ruleFiles.map((name) => ({ name, ...parseRuleFile(files.get(name)!) }));
  const problems = rules.flatMap(({ name, problems: found }) => found.map((problem) => problemText(name, problem)));
  if (problems.length > 0) return problems;
  return runRuleTests(
    file,
    rules.map(({ name, groups }) => ({ file: name, groups })),
  );
}
