import { Inject, Injectable, Optional } from '@nestjs/common';
import { hostname } from 'node:os';
import type { Repository } from 'typeorm';
import { CopyTable } from '../../../copies/copy-table';
import { Database } from '../../../database/database';
import { typeOrmPackage } from '../../../database/typeorm-package';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../../monitoring.module-definition';
import { Pools } from '../../../pools/pools.service';
import type { EncodedBlock } from './block-codec';
import type { SeriesBlock } from './series-block.entity';

export type BlockInfo = Pick<SeriesBlock, 'id' | 'fromMs' | 'toMs' | 'samples'> & { readonly bytes: number };

/** Its decorators are those of TypeORM, which is there where a database is. */
const seriesBlock = () => (require('./series-block.entity') as typeof import('./series-block.entity')).SeriesBlock;

/** A copy that nobody knows, and that has written no block for so long (ms), is considered gone. */
const ABANDONED_AFTER_MS = 10 * 60_000;

/** The blocks in PostgreSQL. Every call rejects when the database cannot be reached; the pool sets the deadlines. */
@Injectable()
export class BlockTable {
  readonly instance: string;
  private readonly database: Database | undefined;

  constructor(
    @Inject(MONITORING_OPTIONS) options: MonitoringOptions,
    @Optional() database?: Database,
    @Optional() private readonly pools?: Pools,
    @Optional() private readonly copies?: CopyTable,
  ) {
    // Other applications have a database without this table, or none.
    this.database = database?.has(seriesBlock()) === true ? database : undefined;
    this.instance = options.instance ?? hostname();
  }

  /** Whether there is a database at all, now or later. */
  get isConfigured(): boolean {
    return this.database !== undefined && this.pools?.postgres.state !== 'not_configured';
  }

  /** Whether blocks can be written now. */
  get isReady(): boolean {
    return this.database?.isReady ?? false;
  }

  /** Resolves once blocks can be written; never when there is no database. */
  async whenReady(): Promise<void> {
    if (this.database === undefined) await new Promise<never>(() => {});
    else await this.database.whenReady();
  }

  /**
   * Writes blocks, in place of the rows `replaced`, which hold parts of them.
   * @returns the ids of the new rows
   */
  async insert(blocks: readonly EncodedBlock[], replaced: readonly string[] = []): Promise<string[]> {
    const { instance } = this;
    const rows = blocks.map(({ fromMs, toMs, samples, data }) => ({ instance, fromMs, toMs, samples, data }));
    const repository = await this.repository();
    const inserted = await repository.manager.transaction(async (manager) => {
      if (replaced.length > 0) await manager.delete(seriesBlock(), { id: typeOrmPackage().In([...replaced]) });
      return manager.insert(seriesBlock(), rows);
    });
    return inserted.identifiers.map(({ id }) => String(id));
  }

  /** The blocks of an instance, by default this one, with samples from `fromMs` on, the latest written first. */
  async list(fromMs: number, instance = this.instance): Promise<BlockInfo[]> {
    const repository = await this.repository();
    const rows = await repository
      .createQueryBuilder('block')
      .select(['id', 'from_ms', 'to_ms', 'samples', 'octet_length(data) AS bytes'])
      .where({ instance, toMs: typeOrmPackage().MoreThanOrEqual(fromMs) })
      .orderBy('id', 'DESC')
      .getRawMany<{ id: string; from_ms: string; to_ms: string; samples: number; bytes: number }>();
    return rows.map(({ id, from_ms, to_ms, samples, bytes }) => ({
      id,
      fromMs: Number(from_ms),
      toMs: Number(to_ms),
      samples,
      bytes,
    }));
  }

  /** The contents of blocks, the earliest written first. */
  async load(ids: readonly string[]): Promise<Buffer[]> {
    const repository = await this.repository();
    const blocks = await repository.find({
      where: { id: typeOrmPackage().In(ids) },
      order: { id: 'ASC' },
      select: { id: true, data: true },
    });
    return blocks.map(({ data }) => data);
  }

  /** Whether this instance has written blocks that are still there. */
  async hasOwn(): Promise<boolean> {
    return (await this.repository()).existsBy({ instance: this.instance });
  }

  /**
   * Takes over the blocks of the copy that wrote last of those that are gone: a copy that replaces another goes on with
   * its history. Of two that do so at once, one gets it.
   * @returns whether there was one
   */
  async adopt(nowMs: number): Promise<boolean> {
    const repository = await this.repository();
    const writers = await repository
      .createQueryBuilder('block')
      .select(['instance', 'max(to_ms) AS last'])
      .where('instance <> :own', { own: this.instance })
      .groupBy('instance')
      .orderBy('max(to_ms)', 'DESC')
      .getRawMany<{ instance: string; last: string }>();
    const replaceable = await this.copies?.replaceable();
    for (const { instance, last } of writers) {
      if (!(replaceable?.get(instance) ?? Number(last) < nowMs - ABANDONED_AFTER_MS)) continue;
      const { affected } = await repository.update({ instance }, { instance: this.instance });
      if ((affected ?? 0) > 0) return true;
    }
    return false;
  }

  /**
   * Deletes of every instance what ended more than `retentionMs` ago, and the oldest beyond `maxBytes` of each. A time is
   * past when the clock of the database says so as well: one copy whose clock is ahead must not delete what all have.
   * @returns how many
   */
  async purge(nowMs: number, retentionMs: number, maxBytes: number): Promise<number> {
    const repository = await this.repository();
    const old = await repository
      .createQueryBuilder()
      .delete()
      .where('to_ms < least(:nowMs, extract(epoch FROM now()) * 1000) - :retentionMs', { nowMs, retentionMs })
      .execute();
    const newest = `SELECT id, sum(octet_length(data)) OVER (PARTITION BY instance ORDER BY id DESC) AS bytes FROM ${repository.metadata.tablePath}`;
    const over = await repository
      .createQueryBuilder()
      .delete()
      .where(`id IN (SELECT id FROM (${newest}) AS sized WHERE bytes > :maxBytes)`, { maxBytes })
      .execute();
    return (old.affected ?? 0) + (over.affected ?? 0);
  }

  private async repository(): Promise<Repository<SeriesBlock>> {
    if (this.database === undefined) throw new Error('monitoring has no table in a database');
    return (await this.database.whenReady()).getRepository(seriesBlock());
  }
}
