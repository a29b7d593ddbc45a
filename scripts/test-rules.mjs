// `npm run rules:test -- FILE…`: unit tests of alert rules in promtool's format. Exit code 1 when one fails.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';

const files = process.argv.slice(2);
if (files.length === 0 || files.some((file) => file.startsWith('-'))) {
  console.error('usage: npm run rules:test -- FILE… (unit tests as for `promtool test rules`)');
  process.exit(2);
}
const { runRuleTestFile } = createRequire(import.meta.url)('../dist/alerting/rules/unit-tests/run-rule-test-files.js');
let failed = false;
for (const file of files) {
  const failures = existsSync(file) ? await runRuleTestFile(file) : [`${file} does not exist`];
  failed ||= failures.length > 0;
  console.log(failures.length === 0 ? `${file}: SUCCESS` : `${file}: FAILED\n  ${failures.join('\n  ')}`);
}
process.exitCode = failed ? 1 : 0;
