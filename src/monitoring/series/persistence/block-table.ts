import { Inject, Injectable, Optional } from '@nestjs/common';
import { hostname } from 'node:os';
import { In, LessThan, MoreThanOrEqual, type Repository } from 'typeorm';
import { Database } from '../../../database/database';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../../monitoring.module-definition';
import { Pools } from '../../../pools/pools.service';
import type { EncodedBlock } from './block-codec';
import { SeriesBlock } from './series-block.entity';

export type BlockInfo = Pick<SeriesBlock, 'id' | 'fromMs' | 'toMs' | 'samples'> & { readonly bytes: number };

/** A copy that has written no block for so long (ms) is considered gone. */
const ABANDONED_AFTER_MS = 10 * 60_000;

/** The blocks in PostgreSQL. Every call rejects when the database cannot be reached; the pool sets the deadlines. */
@Injectable()
export class BlockTable {
  private readonly instance: string;

  constructor(
    @Inject(MONITORING_OPTIONS) options: MonitoringOptions,
    /** Not there when monitoring is used without a database. */
    @Optional() private readonly database?: Database,
    @Optional() private readonly pools?: Pools,
  ) {
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

  async insert(blocks: readonly EncodedBlock[]): Promise<void> {
    const { instance } = this;
    const repository = await this.repository();
    await repository.insert(
      blocks.map(({ fromMs, toMs, samples, data }) => ({ instance, fromMs, toMs, samples, data })),
    );
  }

  /** This instance's blocks with samples from `fromMs` on, the latest written first. */
  async list(fromMs: number): Promise<BlockInfo[]> {
    const repository = await this.repository();
    const rows = await repository
      .createQueryBuilder('block')
      .select(['id', 'from_ms', 'to_ms', 'samples', 'octet_length(data) AS bytes'])
      .where({ instance: this.instance, toMs: MoreThanOrEqual(fromMs) })
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
      where: { id: In(ids) },
      order: { id: 'ASC' },
      select: { id: true, data: true },
    });
    return blocks.map(({ data }) => data);
  }

  /**
   * When this instance never wrote, it takes over the blocks of one that has written none for ten minutes: a copy that
   * replaces another goes on with its history.
   */
  async adopt(nowMs: number): Promise<void> {
    const repository = await this.repository();
    if (await repository.existsBy({ instance: this.instance })) return;
    const [abandoned] = await repository
      .createQueryBuilder('block')
      .select('instance')
      .groupBy('instance')
      .having('max(to_ms) < :before', { before: nowMs - ABANDONED_AFTER_MS })
      .orderBy('max(to_ms)', 'DESC')
      .limit(1)
      .getRawMany<{ instance: string }>();
    if (abandoned) await repository.update({ instance: abandoned.instance }, { instance: this.instance });
  }

  /**
   * Deletes of every instance what ended before `fromMs`, and the oldest beyond `maxBytes` of each.
   * @returns how many
   */
  async purge(fromMs: number, maxBytes: number): Promise<number> {
    const repository = await this.repository();
    const old = await repository.delete({ toMs: LessThan(fromMs) });
    const newest = `SELECT id, sum(octet_length(data)) OVER (PARTITION BY instance ORDER BY id DESC) AS bytes FROM ${repository.metadata.tablePath}`;
    const over = await repository
      .createQueryBuilder()
      .delete()
      .where(`id IN (SELECT id FROM (${newest}) AS sized WHERE bytes > :maxBytes)`, { maxBytes })
      .execute();
    return (old.affected ?? 0) + (over.affected ?? 0);
  }

  private async repository(): Promise<Repository<SeriesBlock>> {
    if (this.database === undefined) throw new Error('monitoring has no database: import DatabaseModule');
    return (await this.database.whenReady()).getRepository(SeriesBlock);
  }
}
