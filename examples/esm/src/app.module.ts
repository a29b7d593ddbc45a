import { Module } from '@nestjs/common';
import { PerformanceGatewayModule } from 'performance-gateway';
import { ProductsController } from './products.controller.js';
import { ProductsService } from './products.service.js';

/** All rooms in one line: with a Redis the cache has a second tier, without one it is memory alone. */
@Module({
  imports: [PerformanceGatewayModule.forRoot({ pools: { redis: { url: process.env.REDIS_URL } } })],
  controllers: [ProductsController],
  providers: [ProductsService],
})
export class AppModule {}
