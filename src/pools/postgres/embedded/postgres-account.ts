import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EmbeddedPostgresUnavailableError } from './embedded-postgres.errors';
import type { PostgresBinaries } from './postgres-binaries';
import { SERVER_ENVIRONMENT } from './server-environment';

const run = promisify(execFile);
const PROBE_TIMEOUT_MS = 10_000;

/** The account under which the server runs, and how a command is started under it. */
export interface PostgresAccount {
  readonly description: string;
  /** Put in front of the command. Each of these programs replaces itself by it, so the pid is that of the server. */
  readonly prefix: readonly string[];
  readonly spawn: { readonly uid?: number; readonly gid?: number };
  /** The account that must own the data; undefined: that of this process. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * PostgreSQL refuses to run as root. Under a normal account it runs as that account; under root it runs as `nobody`
 * (initdb needs an account with a passwd entry), in the first of three ways that can read the binaries and `folder`:
 * 1. `nobody` and nothing more;
 * 2. `nobody` with one capability that lets it enter folders closed to others (`/root`, a 0700 folder);
 * 3. a user namespace in which root is called `nobody`.
 * `prepare` is given each candidate before it is tried, to hand it the ownership of the folder.
 * @throws EmbeddedPostgresUnavailableError when none of them can
 */
export async function choosePostgresAccount(
  binaries: PostgresBinaries,
  folder: string,
  prepare: (account: PostgresAccount) => Promise<void>,
): Promise<PostgresAccount> {
  const failures: string[] = [];
  for (const account of await candidates()) {
    const failure = await prepare(account).then(
      () => problemOf(account, binaries, folder),
      (error: Error) => error.message,
    );
    if (failure === undefined) return account;
    failures.push(`${account.description}: ${failure}`);
  }
  throw new EmbeddedPostgresUnavailableError(
    `its binaries or its folder ${folder} cannot be used (${failures.join('; ')})`,
  );
}

async function candidates(): Promise<PostgresAccount[]> {
  if (process.getuid?.() !== 0) {
    return [{ description: 'the current user', prefix: [], spawn: {}, owner: undefined }];
  }
  const [uid, gid] = await Promise.all([idOfNobody('-u'), idOfNobody('-g')]);
  const nobody = { uid, gid };
  return [
    { description: 'user nobody', prefix: [], spawn: nobody, owner: nobody },
    ...['dac_read_search', 'dac_override'].map((capability) => ({
      description: `user nobody with the capability ${capability}`,
      prefix: setprivPrefix(nobody, capability),
      spawn: {},
      owner: nobody,
    })),
    {
      description: 'root under the name nobody in a user namespace',
      prefix: ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'],
      spawn: {},
      owner: { uid: 0, gid: 0 },
    },
  ];
}

/** `no_setuid_fixup`: without it access(2), by which PostgreSQL finds its own files, ignores the capability. */
function setprivPrefix({ uid, gid }: { uid: number; gid: number }, capability: string): string[] {
  return [
    'setpriv',
    '--securebits',
    '+no_setuid_fixup',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    `--inh-caps=+${capability}`,
    `--ambient-caps=+${capability}`,
    `--bounding-set=-all,+${capability}`,
    '--',
  ];
}

async function idOfNobody(flag: '-u' | '-g'): Promise<number> {
  try {
    const { stdout } = await run('id', [flag, 'nobody'], { timeout: PROBE_TIMEOUT_MS });
    return Number(stdout);
  } catch (cause) {
    throw new EmbeddedPostgresUnavailableError('it must not run as root and there is no user nobody to run it as', {
      cause,
    });
  }
}

/** Tries what the server will have to do, to run the binary and to write in the folder; undefined when it can. */
async function problemOf(
  account: PostgresAccount,
  binaries: PostgresBinaries,
  folder: string,
): Promise<string | undefined> {
  const script = '"$0" --version && test -w "$1" && test -x "$1"';
  const [command = 'sh', ...rest] = [...account.prefix, 'sh', '-c', script, binaries.postgres, folder];
  try {
    const { stdout } = await run(command, rest, {
      ...account.spawn,
      cwd: '/',
      env: SERVER_ENVIRONMENT,
      timeout: PROBE_TIMEOUT_MS,
    });
    return stdout.includes('PostgreSQL') ? undefined : `unexpected answer "${stdout.trim()}"`;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return (stderr?.trim() || message).slice(0, 300);
  }
}
