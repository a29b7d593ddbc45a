import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Cached, InvalidatesCache } from 'performance-gateway/cache';

export interface Product {
  readonly id: number;
  readonly name: string;
  /** When it was read: the same for as long as the cache has it. */
  readonly readAt: string;
}

@Injectable()
export class ProductsService {
  /** Takes a second the first time, and none for the next half a minute. */
  @Cached({ ttlMs: 30_000, tags: ['products'] })
  async byId(id: number): Promise<Product> {
    await sleep(1_000); // stands for your database
    return { id, name: `product ${id}`, readAt: new Date().toISOString() };
  }

  /** Every product is read again. */
  @InvalidatesCache({ tags: ['products'] })
  async forgetAll(): Promise<void> {}
}
