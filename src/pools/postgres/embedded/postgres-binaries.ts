import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresUnavailableError } from './embedded-postgres.errors';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the binaries that `@embedded-postgres/<platform>-<architecture>` brought along.
 * @throws EmbeddedPostgresUnavailableError when that package does not exist or is not installed
 */
export function locatePostgresBinaries(platform = `${process.platform}-${process.arch}`): PostgresBinaries {
  const name = `@embedded-postgres/${platform}`;
  const bin = join(packageFolder(name, platform), 'native', 'bin');
  const binaries = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
  for (const file of Object.values(binaries)) {
    if (!existsSync(file)) throw new EmbeddedPostgresUnavailableError(`the package ${name} has no ${file}`);
  }
  return binaries;
}

function packageFolder(name: string, platform: string): string {
  try {
    // Resolved, not loaded: the package's only module computes these same paths.
    return join(require.resolve(name), '..', '..');
  } catch (cause) {
    throw new EmbeddedPostgresUnavailableError(
      `there are no binaries for ${platform} (the optional package ${name} is not installed)`,
      { cause },
    );
  }
}
