import { ConflictException, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { InvalidatesCache } from 'performance-gateway/cache';
import { Timed } from 'performance-gateway/monitoring';
import { Transactional } from 'performance-gateway/pools';
import { MoreThanOrEqual, type Repository } from 'typeorm';
import { Order, Product } from './entities';
import { OrderMetrics } from './order-metrics';

@Injectable()
export class OrdersService {
  constructor(
    @InjectRepository(Product) private readonly products: Repository<Product>,
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    private readonly metrics: OrderMetrics,
  ) {}

  /** Both statements or none; the cached product goes once they are committed. */
  @InvalidatesCache({ tags: ['products'] })
  @Timed({ name: 'shop_order_seconds' })
  @Transactional()
  async take(productId: number, pieces: number): Promise<Order> {
    const left = await this.products.decrement({ id: productId, stock: MoreThanOrEqual(pieces) }, 'stock', pieces);
    if (left.affected === 0) {
      this.metrics.refused.inc();
      throw new ConflictException(`There are not ${pieces} of product ${productId} left`);
    }
    const order = await this.orders.save({ productId, pieces });
    this.metrics.taken.inc();
    return order;
  }
}
