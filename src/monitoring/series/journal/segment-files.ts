import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileLock } from '../../../common/file-lock';
import { SEGMENT_HEAD } from './journal-format';

const LOCK_NAME = 'lock';
const SEGMENT_NAME = /^(\d{1,12})\.samples$/;

/** The files of a journal in a folder that no other process writes to: numbered segments, the latest of which grows. */
export class SegmentFiles {
  /** The bytes of each segment, the earliest first. */
  private readonly sizes: Map<number, number>;
  private current: { readonly segment: number; readonly file: FileHandle } | undefined;

  private constructor(
    private readonly folder: string,
    private readonly lock: FileLock,
  ) {
    const found = readdirSync(folder).flatMap((name) => SEGMENT_NAME.exec(name)?.[1] ?? []);
    const segments = found.map(Number).toSorted((a, b) => a - b);
    this.sizes = new Map(segments.map((segment) => [segment, statSync(this.path(segment)).size]));
  }

  /** Makes the folder where there is none. @throws when it cannot be written to, or another process has it */
  static open(folder: string): SegmentFiles {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = FileLock.tryAcquire(join(folder, LOCK_NAME));
    if (lock === undefined) throw new Error(`another process writes to ${folder}`);
    try {
      return new SegmentFiles(folder, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Whether a folder is a journal, with nothing else in it, that no process has. */
  static isAbandoned(folder: string): boolean {
    const names = readdirSync(folder);
    if (!names.includes(LOCK_NAME)) return false;
    if (names.some((name) => name !== LOCK_NAME && !SEGMENT_NAME.test(name))) return false;
    const lock = FileLock.tryAcquire(join(folder, LOCK_NAME));
    lock?.release();
    return lock !== undefined;
  }

  /** Deletes a journal, with its folder. @returns false: a process has it */
  static deleteAll(folder: string): boolean {
    const lock = FileLock.tryAcquire(join(folder, LOCK_NAME));
    if (lock === undefined) return false;
    try {
      rmSync(folder, { recursive: true, force: true });
    } finally {
      lock.release();
    }
    return true;
  }

  /** The numbers of all segments, ascending. */
  get segments(): number[] {
    return [...this.sizes.keys()];
  }

  get bytes(): number {
    return [...this.sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  read(segment: number): Promise<Buffer> {
    return readFile(this.path(segment));
  }

  /**
   * Adds to a segment, which is made when there is none. After a failure a segment may end in a part of what was to be
   * added, so that one must not be added to again. Calls must not overlap.
   */
  async append(segment: number, data: Buffer): Promise<void> {
    if (this.current?.segment !== segment) {
      await this.closeCurrent();
      const file = await open(this.path(segment), 'wx', 0o600);
      this.current = { segment, file };
      this.sizes.set(segment, 0);
      await this.add(segment, file, SEGMENT_HEAD);
    }
    await this.add(segment, this.current!.file, data);
  }

  delete(segment: number): void {
    rmSync(this.path(segment), { force: true });
    this.sizes.delete(segment);
  }

  async closeCurrent(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    await current?.file.close();
  }

  /** Lets another process have the folder. */
  async close(): Promise<void> {
    await this.closeCurrent();
    this.lock.release();
  }

  private async add(segment: number, file: FileHandle, data: Buffer): Promise<void> {
    await file.appendFile(data);
    this.sizes.set(segment, this.sizes.get(segment)! + data.length);
  }

  private path(segment: number): string {
    return join(this.folder, `${segment}.samples`);
  }
}
