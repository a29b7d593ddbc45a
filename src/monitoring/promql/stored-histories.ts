import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring.module-definition';
import { CompressedSeriesStore } from '../series/compressed-series-store';
import { BlockTable } from '../series/persistence/block-table';
import { StoredSamples } from '../series/persistence/stored-samples';
import { SeriesStore } from '../series/series-store';
import { PromqlBadDataError } from './promql.errors';
import { limitsWithin } from './promql.options';
import { PromqlEngine } from './promql-engine';
import { SeriesCatalogue } from './series-catalogue';

const MEGABYTE = 1_048_576;
/** What the samples of another copy, and queries over them, may take of the memory. */
const HISTORY_BYTES = 64 * MEGABYTE;
const QUERY_BYTES = 32 * MEGABYTE;
/** For how long (ms) a history that was read is asked before it is read again. */
const FRESH_MS = 15_000;

/** The samples of one copy, to be asked. */
export interface History {
  readonly engine: PromqlEngine;
  readonly catalogue: SeriesCatalogue;
  readonly store: SeriesStore;
}

interface Loaded {
  readonly instance: string;
  readonly atMs: number;
  readonly history: Promise<History>;
}

/**
 * The samples of this copy, and those that other copies, running or gone, have written to the database: of one other copy
 * at a time, in 64 MB at most, the latest first. They lag by the minute or few between two blocks.
 */
@Injectable()
export class StoredHistories {
  private readonly own: History;
  private loaded: Loaded | undefined;

  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    engine: PromqlEngine,
    catalogue: SeriesCatalogue,
    store: SeriesStore,
    private readonly table: BlockTable,
    private readonly clock: Clock,
  ) {
    this.own = { engine, catalogue, store };
  }

  /** @param instance '' for this copy @throws PromqlBadDataError when nothing is stored of it, what the database failed with */
  async of(instance: string): Promise<History> {
    if (instance === '' || instance === this.table.instance) return this.own;
    const { loaded } = this;
    if (loaded?.instance === instance && this.clock.monotonic() - loaded.atMs < FRESH_MS) return loaded.history;
    // One after the other, so that two are never in memory at once for longer than a query takes.
    const history = Promise.resolve(loaded?.history.catch(() => undefined)).then(() => this.read(instance));
    const next = { instance, atMs: this.clock.monotonic(), history };
    this.loaded = next;
    history.catch(() => this.loaded === next && (this.loaded = undefined));
    return history;
  }

  private async read(instance: string): Promise<History> {
    if (!this.table.isReady) throw new PromqlBadDataError(unknown(instance, 'the database cannot be reached'));
    const nowMs = this.clock.now();
    const blocks = await this.table.list(nowMs - this.options.retentionMs, instance);
    if (blocks.length === 0)
      throw new PromqlBadDataError(unknown(instance, 'GET /performance/instances lists the copies'));
    const memoryLimitBytes = Math.min(this.options.memoryLimitBytes, HISTORY_BYTES);
    const store: SeriesStore = new CompressedSeriesStore({ ...this.options, memoryLimitBytes }, this.clock);
    const destination = {
      store,
      memoryLimitBytes,
      latestMs: nowMs,
      stopped: () => false,
      leftOut: () => undefined,
      unreadable: () => undefined, // the copy that wrote it says so at its restart
    };
    const groups = new StoredSamples(this.table, this.clock).into(destination, blocks);
    while (!(await groups.next()).done);
    // Blocks hold no descriptions, and the metrics of all copies are the same.
    for (const [name, metadata] of this.own.store.metadata()) store.describe(name, metadata);
    const engine = new PromqlEngine(store, limitsWithin(QUERY_BYTES));
    return { engine, catalogue: new SeriesCatalogue(store, engine), store };
  }
}

const unknown = (instance: string, why: string): string =>
  `invalid parameter "instance": no samples of "${instance}" are stored; ${why}`;
