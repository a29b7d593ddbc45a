import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** More than any file of /proc or /sys that is read here has; what is longer is cut. */
const MAX_BYTES = 65_536;

/**
 * Reads the small files of /proc and /sys below a root. They are made by the kernel from memory, so a synchronous read
 * takes microseconds and a detour through the thread pool would take longer.
 */
export class SmallFileReader {
  private readonly buffer = Buffer.allocUnsafe(MAX_BYTES);

  constructor(private readonly root: string) {}

  path(path: string): string {
    return join(this.root, path);
  }

  /** The file's text, `undefined` when it does not exist or may not be read: not every kernel has every file. */
  read(path: string): string | undefined {
    let file: number | undefined;
    try {
      file = openSync(this.path(path), 'r');
      return this.buffer.toString('latin1', 0, readSync(file, this.buffer, 0, MAX_BYTES, 0));
    } catch {
      return undefined;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  /** The file's single number, `undefined` when there is none. */
  readNumber(path: string): number | undefined {
    const text = this.read(path)?.trim();
    if (text === undefined || text === '') return undefined;
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }

  /** How many entries a folder has. */
  countEntries(path: string): number | undefined {
    try {
      return readdirSync(this.path(path)).length;
    } catch {
      return undefined;
    }
  }
}
