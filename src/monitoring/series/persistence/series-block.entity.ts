import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** `bigint` columns come as text; milliseconds fit a number. */
const asNumber = { to: (value: number) => value, from: (text: string) => Number(text) };

/** What one process appended in a minute or a few, of all series, compressed: see BlockBuilder. */
@Entity({ name: 'series_blocks' })
@Index(['instance', 'id'])
@Index(['toMs'])
export class SeriesBlock {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id!: string;

  /** Which copy of the service wrote it. */
  @Column({ type: 'text' })
  instance!: string;

  /** Unix milliseconds of the first and the last sample. */
  @Column({ name: 'from_ms', type: 'bigint', transformer: asNumber })
  fromMs!: number;

  @Column({ name: 'to_ms', type: 'bigint', transformer: asNumber })
  toMs!: number;

  @Column({ type: 'int' })
  samples!: number;

  @Column({ type: 'bytea' })
  data!: Buffer;
}
