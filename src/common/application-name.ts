import { hash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

const MAX_PREFIX = 32;

/**
 * The name of this application: of the package that the started file belongs to, or, where a runner such as PM2 or Jest was
 * started, that of the working directory. All processes of an application have the same one. Undefined without a package.
 */
export function applicationName(started = process.argv[1], folder = process.cwd()): string | undefined {
  const file = started === undefined ? undefined : realPath(started);
  const ofRunner = file === undefined || file.split(sep).includes('node_modules');
  return nameAbove(ofRunner ? folder : dirname(file)) ?? nameAbove(folder);
}

/**
 * What the keys of this application in Redis begin with where no option says it: `pg-` and its name, so that two
 * applications in one Redis do not read each other; `pg` where it has no name. Names above 29 characters end with a hash.
 */
export function defaultKeyPrefix(name = applicationName()): string {
  if (name === undefined) return 'pg';
  const text = `pg-${name.replaceAll('/', '.').replaceAll(/[^A-Za-z0-9._-]/g, '')}`;
  if (text.length <= MAX_PREFIX) return text;
  const digest = hash('sha256', name).slice(0, 8);
  return `${text.slice(0, MAX_PREFIX - digest.length - 1)}-${digest}`;
}

function nameAbove(folder: string): string | undefined {
  const name = nameIn(folder);
  const parent = dirname(folder);
  return name === undefined && parent !== folder ? nameAbove(parent) : name;
}

function nameIn(folder: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly name?: unknown };
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined; // none here, or not to be read
  }
}

function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined; // node started without a file
  }
}
