import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SERVICE_VERSION } from './common/service-version';
import { describeConfig, describeVariables, fileProblems } from './config/config-report';
import { InvalidEnvironmentError, loadConfig } from './config/load-config';
import { misspeltVariables } from './config/misspelt-variables';
import { readTokensFile } from './security/tokens-file';

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  check: { type: 'boolean' },
  'print-config': { type: 'boolean' },
} as const;

const USAGE = `Usage: performance-gateway [option]

Without an option the service starts. It is configured by environment variables, and by .env in the working directory.

  -h, --help           shows this, with every variable and its default
  -v, --version        shows the version
      --check          checks the configuration without starting; exits with 1 and all problems
      --print-config   shows the configuration in force, without secrets
`;

/** What a command has to say, and what the process exits with. */
export interface CommandOutcome {
  readonly output: string;
  readonly exitCode: number;
}

/**
 * Runs what the command line asks for.
 * @param args those behind the name of the program
 * @returns undefined for the service itself
 */
export function runCommand(args: readonly string[], env: NodeJS.ProcessEnv = process.env): CommandOutcome | undefined {
  let options: { [Name in keyof typeof OPTIONS]?: boolean };
  try {
    options = parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    return { output: `${(error as Error).message}\n\n${USAGE}`, exitCode: 2 };
  }
  if (options.help) return { output: `${USAGE}\n${describeVariables()}\n`, exitCode: 0 };
  if (options.version) return { output: `${SERVICE_VERSION}\n`, exitCode: 0 };
  if (!options.check && !options['print-config']) return undefined;
  if (existsSync('.env')) process.loadEnvFile('.env');
  return options.check ? checked(env) : { output: `${describeConfig(env)}\n`, exitCode: 0 };
}

/** Everything that would end a start before anything is opened. */
function checked(env: NodeJS.ProcessEnv): CommandOutcome {
  const problems = [...configProblems(env), ...fileProblems(env)];
  if (problems.length > 0) return { output: `${new InvalidEnvironmentError(problems).message}\n`, exitCode: 1 };
  const surprises = misspeltVariables(env).map(
    ({ name, meant }) => `${name} is none of the service's variables; there is ${meant.join(', ')}\n`,
  );
  return { output: `${surprises.join('')}The configuration can be used.\n`, exitCode: 0 };
}

function configProblems(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    const { security } = loadConfig(env);
    if (security.tokensFile !== undefined && existsSync(security.tokensFile)) readTokensFile(security.tokensFile);
    return [];
  } catch (error) {
    if (error instanceof InvalidEnvironmentError) return error.problems;
    return [`  ${(error as Error).message}`];
  }
}
