// Refuses regular expressions whose time grows faster than their text: 40 kB of digits must not take seconds. Looks at
// src (without its tests) and dashboard/src, or at the files and folders that are named. Answers are kept in
// node_modules/.cache, so that only new expressions cost time.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { regexesIn, sourceFiles } from './regex-literals.mjs';

const require = createRequire(import.meta.url);
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const checker = join(dirname(packageOfChecker()), 'lib/browser.js'); // needs neither Java nor network
const keptIn = join(root, 'node_modules/.cache/checked-regexes.json');
/** Of one expression, on a machine that does other things too; the usual ones take a few ms. */
const TIMEOUT_MS = 60_000;

/** Expressions that are put together at run time, and why they are harmless. */
const COMPOSED = new Map([
  ['src/monitoring/promql/regex/char-test.ts', 'one class of characters, matched against one character'],
]);

const named = process.argv.slice(2);
const found = sourceFiles(named.length > 0 ? named : [join(root, 'src'), join(root, 'dashboard/src')]).flatMap(
  regexesIn,
);
const version = createHash('sha256').update(readFileSync(checker)).digest('hex');
const known = readKnown();
const problems = [];
for (const { file, line, composed, source, flags } of found) {
  const place = `${relative(root, file)}:${line}`;
  if (composed) {
    if (!COMPOSED.has(relative(root, file))) {
      problems.push(`${place}: ${composed} is put together at run time; write a literal, or list it in this script`);
    }
    continue;
  }
  const problem = (known[`/${source}/${flags}`] ??= judge(source, flags));
  if (problem !== 'safe') problems.push(`${place}: /${source}/${flags} ${problem}`);
}
mkdirSync(dirname(keptIn), { recursive: true });
writeFileSync(keptIn, JSON.stringify({ version, known }));
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`${found.length} regular expressions take time linear in their text`);

/** `safe`, or what is wrong. */
function judge(source, flags) {
  const { checkSync } = require(checker);
  const { status, complexity, error, attack } = checkSync(source, flags, { timeout: TIMEOUT_MS });
  if (status === 'safe') return 'safe';
  if (status === 'vulnerable') return `takes ${complexity.summary} time, as for ${attack.pattern}`;
  return `cannot be judged (${error.kind}): make it simpler`;
}

function readKnown() {
  try {
    const kept = JSON.parse(readFileSync(keptIn, 'utf8'));
    return kept.version === version ? kept.known : {};
  } catch {
    return {}; // the first run, or a file cut short by one that was stopped
  }
}

function packageOfChecker() {
  try {
    return require.resolve('recheck/package.json');
  } catch {
    console.error('recheck is not installed: run npm install');
    process.exit(1);
  }
}
