import type { ServerResponse } from 'node:http';
import type { Clock } from '../../common/clock';

/** A reader that takes nothing for so long (ms) gives its place to another one. */
const GIVES_WAY_AFTER_MS = 1_000;
/** A reader that takes nothing for so long (ms) is cut off in any case. */
const CUT_AFTER_MS = 30_000;
const CHECK_EVERY_MS = 5_000;

interface Reader {
  readonly response: ServerResponse;
  /** When it last took something. */
  tookMs: number;
}

/**
 * Who reads an answer with all metrics. So many at once have a place; one that stalls costs only itself: it gives way
 * when somebody else needs the place, and is cut off after half a minute.
 */
export class MetricsReaders {
  private readonly readers = new Set<Reader>();
  private cut = 0;

  constructor(
    private readonly max: number,
    private readonly clock: Clock,
  ) {}

  /** How many were cut off, because they took nothing. */
  get cutOff(): number {
    return this.cut;
  }

  get active(): number {
    return this.readers.size;
  }

  /** Takes a place for the answer. @returns what gives it back; undefined while all readers go on reading */
  admit(response: ServerResponse): (() => void) | undefined {
    if (this.readers.size >= this.max && !this.makeRoom()) return undefined;
    const reader: Reader = { response, tookMs: this.clock.monotonic() };
    const took = () => (reader.tookMs = this.clock.monotonic());
    const timer = setInterval(() => {
      if (this.stalledMs(reader) >= CUT_AFTER_MS) this.cutReader(reader);
    }, CHECK_EVERY_MS).unref();
    this.readers.add(reader);
    response.on('drain', took);
    return () => {
      clearInterval(timer);
      response.off('drain', took);
      this.readers.delete(reader);
    };
  }

  private makeRoom(): boolean {
    let slowest: Reader | undefined;
    for (const reader of this.readers) {
      if (slowest === undefined || this.stalledMs(reader) > this.stalledMs(slowest)) slowest = reader;
    }
    if (slowest === undefined || this.stalledMs(slowest) < GIVES_WAY_AFTER_MS) return false;
    this.cutReader(slowest);
    return true;
  }

  /** For how long something has been waiting for the reader to take it. */
  private stalledMs({ response, tookMs }: Reader): number {
    return response.writableNeedDrain ? this.clock.monotonic() - tookMs : 0;
  }

  private cutReader(reader: Reader): void {
    this.cut++;
    this.readers.delete(reader);
    reader.response.destroy();
  }
}
