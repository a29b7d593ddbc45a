import { Injectable } from '@nestjs/common';
import { type Counter, MetricsService } from 'performance-gateway/monitoring';

/** In /metrics, in PromQL, and in the rules of rules/shop.yml. */
@Injectable()
export class OrderMetrics {
  readonly taken: Counter;
  readonly refused: Counter;

  constructor(metrics: MetricsService) {
    const orders = metrics.counter({ name: 'shop_orders_total', help: 'Orders', labelNames: ['outcome'] });
    this.taken = orders.labels({ outcome: 'taken' });
    this.refused = orders.labels({ outcome: 'refused' });
  }
}
