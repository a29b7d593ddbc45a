import { Injectable } from '@nestjs/common';
import { CacheWarmer, type WarmUp } from 'performance-gateway/cache';
import { Database } from 'performance-gateway/database';
import { ProductsService } from './products.service';

@Injectable()
export class ProductWarmer {
  constructor(
    private readonly products: ProductsService,
    private readonly database: Database,
  ) {}

  /** The best sellers are in memory before anybody asks. */
  @CacheWarmer({ name: 'best-sellers', cron: '0 */10 * * * *' })
  async warm(warmUp: WarmUp): Promise<void> {
    await this.database.whenReady();
    await warmUp.forEach([1, 2, 3], (id) => this.products.byId(id));
  }
}
