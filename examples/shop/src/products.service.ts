import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Cached } from 'performance-gateway/cache';
import type { Repository } from 'typeorm';
import { Product } from './entities';

@Injectable()
export class ProductsService {
  constructor(@InjectRepository(Product) private readonly products: Repository<Product>) {}

  /** Two tiers, one load for all who ask at once, and a stale answer for ten minutes while PostgreSQL is away. */
  @Cached({ key: (id: number) => `product:${id}`, tags: ['products'], ttlMs: 60_000, staleMs: 600_000 })
  async byId(id: number): Promise<Product> {
    const product = await this.products.findOneBy({ id });
    if (product === null) throw new NotFoundException(`There is no product ${id}`);
    return product;
  }
}
