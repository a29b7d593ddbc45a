import { existsSync, globSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The clock of another process, which a test sets as an administrator sets that of a machine (libfaketime). */
export class SetClock {
  private constructor(
    private readonly file: string,
    private readonly library: string,
  ) {}

  /** @param folder where the file lies that says by how much the clock is ahead */
  static async in(folder: string): Promise<SetClock> {
    const [library] = globSync('/usr/lib/*/faketime/libfaketime.so.1');
    if (library === undefined || !existsSync(library)) throw new Error('libfaketime is missing: npm run setup:test');
    const clock = new SetClock(join(folder, 'clock'), library);
    await clock.ahead(0);
    return clock;
  }

  /** For the environment of the process. Its monotonic clock, by which timers run, is the machine's. */
  get env(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: this.library,
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** From now on the clock is so many seconds ahead; negative: behind. */
  async ahead(seconds: number): Promise<void> {
    await writeFile(`${this.file}.next`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    await rename(`${this.file}.next`, this.file);
  }
}
