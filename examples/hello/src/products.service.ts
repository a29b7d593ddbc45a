import { Injectable } from '@nestjs/common';
import { Cached, InvalidatesCache } from 'performance-gateway/cache';
import { Pools } from 'performance-gateway/pools';

export interface Product {
  readonly id: number;
  readonly name: string;
  /** When the database answered: the same for as long as the cache does. */
  readonly readAt: string;
}

@Injectable()
export class ProductsService {
  constructor(private readonly pools: Pools) {}

  @Cached({ ttlMs: 30_000, tags: ['products'] })
  async byId(id: number): Promise<Product> {
    const { rows } = await this.pools.postgres.query<Product>(
      `SELECT $1::int AS id, 'product ' || $1::int AS name, clock_timestamp()::text AS "readAt"`,
      [id],
    );
    return rows[0]!;
  }

  /** Every product is read again. */
  @InvalidatesCache({ tags: ['products'] })
  async forgetAll(): Promise<void> {}
}
