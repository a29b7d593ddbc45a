const FIRST_PAGE_BYTES = 4_096;
const PAGE_BYTES = 65_536;
const OFFSET_BITS = 16;
const OFFSET_MASK = 0xffff;
/** In front of each chunk: where the chunk of the same series before it is. */
const LINK_BYTES = 4;
const ENTRIES_STEP = 256;

/** What a block has to know of a chunk that is added to it. */
export interface ChunkFacts {
  readonly samples: number;
  /** The time of its latest sample. */
  readonly lastMs: number;
  /** Now, in monotonic time. */
  readonly addedAtMs: number;
}

/**
 * The sealed chunks that end within one hour, of all series: bytes in a few pages, so that an hour is forgotten by
 * dropping one object. Chunks of one series are linked from the latest added to the first.
 */
export class HourBlock {
  private readonly pages: Uint8Array[] = [];
  private used = 0;
  /** Per series id: the place of its latest chunk plus one, 0 for none. */
  private latest = new Uint32Array(0);
  private pageBytes = 0;
  samples = 0;
  /** The latest time of any sample in it. */
  newestMs = -Infinity;
  /** When the latest chunk was added, in monotonic time. */
  addedAtMs = -Infinity;

  /**
   * @param hour whole hours since 1970
   * @param epoch the setting of the clock by which its samples were taken
   */
  constructor(
    readonly hour: number,
    readonly epoch: number,
  ) {}

  get bytes(): number {
    return this.pageBytes + this.latest.length * 4;
  }

  /** @param chunk at most 64 kB; copied */
  add(seriesId: number, chunk: Uint8Array, { samples, lastMs, addedAtMs }: ChunkFacts): void {
    const place = this.reserve(LINK_BYTES + chunk.length);
    const page = this.pages[place >>> OFFSET_BITS]!;
    const offset = place & OFFSET_MASK;
    this.growTo(seriesId);
    const previous = this.latest[seriesId]!;
    for (let i = 0; i < LINK_BYTES; i++) page[offset + i] = (previous >>> (8 * i)) & 0xff;
    page.set(chunk, offset + LINK_BYTES);
    this.latest[seriesId] = place + 1;
    this.samples += samples;
    if (lastMs > this.newestMs) this.newestMs = lastMs;
    this.addedAtMs = addedAtMs;
  }

  has(seriesId: number): boolean {
    return seriesId < this.latest.length && this.latest[seriesId] !== 0;
  }

  /** Calls back with each chunk of a series, the latest added first, until it answers false. */
  visit(seriesId: number, visitor: (page: Uint8Array, offset: number) => boolean): void {
    let link = this.has(seriesId) ? this.latest[seriesId]! : 0;
    while (link !== 0) {
      const page = this.pages[(link - 1) >>> OFFSET_BITS]!;
      const offset = (link - 1) & OFFSET_MASK;
      if (!visitor(page, offset + LINK_BYTES)) return;
      link = (page[offset]! | (page[offset + 1]! << 8) | (page[offset + 2]! << 16) | (page[offset + 3]! << 24)) >>> 0;
    }
  }

  private reserve(bytes: number): number {
    if (this.pages.length === 0 || this.used + bytes > this.pages.at(-1)!.length) {
      // A quiet hour of a small service takes a few kB, so pages begin small.
      const size = Math.max(Math.min(FIRST_PAGE_BYTES << Math.min(this.pages.length, 4), PAGE_BYTES), bytes);
      this.pages.push(new Uint8Array(size));
      this.pageBytes += size;
      this.used = 0;
    }
    const place = (((this.pages.length - 1) << OFFSET_BITS) | this.used) >>> 0;
    this.used += bytes;
    return place;
  }

  private growTo(seriesId: number): void {
    if (seriesId < this.latest.length) return;
    const grown = new Uint32Array(
      Math.ceil((Math.max(seriesId, this.latest.length * 1.25) + 1) / ENTRIES_STEP) * ENTRIES_STEP,
    );
    grown.set(this.latest);
    this.latest = grown;
  }
}
