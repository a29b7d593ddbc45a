import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PerformanceGatewayModule } from 'performance-gateway';
import { DatabaseModule } from 'performance-gateway/database';
import { AdminGuard } from './admin.guard';
import { OrderMetrics } from './order-metrics';
import { Order, Product } from './entities';
import { CreateShop1790000000000 } from './create-shop.migration';
import { OrdersService } from './orders.service';
import { ProductWarmer } from './product-warmer';
import { ProductsService } from './products.service';
import { ShopController } from './shop.controller';

const { POSTGRES_URL, REDIS_URL, DATA_DIR = '.data' } = process.env;

@Module({
  imports: [
    PerformanceGatewayModule.forRoot({
      pools: {
        // Without a URL it starts the PostgreSQL that npm has installed, and keeps its data in the folder.
        postgres: { url: POSTGRES_URL, embeddedDataDir: DATA_DIR, max: 10 },
        redis: { url: REDIS_URL },
      },
      cache: { prefix: 'shop', ttlMs: 60_000 },
      alerting: { ruleFiles: ['rules/*.yml'] },
      performance: { name: 'shop', docs: '/docs', guards: [AdminGuard] },
    }),
    DatabaseModule.forRoot({ schema: 'shop', migrations: [CreateShop1790000000000] }),
    TypeOrmModule.forFeature([Product, Order]),
  ],
  controllers: [ShopController],
  providers: [AdminGuard, OrderMetrics, OrdersService, ProductsService, ProductWarmer],
})
export class AppModule {}
