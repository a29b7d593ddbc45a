import { Body, Controller, Get, Param, ParseIntPipe, Post } from '@nestjs/common';
import type { Order, Product } from './entities';
import { OrdersService } from './orders.service';
import { ProductsService } from './products.service';

@Controller()
export class ShopController {
  constructor(
    private readonly products: ProductsService,
    private readonly orders: OrdersService,
  ) {}

  @Get('products/:id')
  product(@Param('id', ParseIntPipe) id: number): Promise<Product> {
    return this.products.byId(id);
  }

  @Post('orders')
  order(@Body('product', ParseIntPipe) product: number, @Body('pieces', ParseIntPipe) pieces: number): Promise<Order> {
    return this.orders.take(product, pieces);
  }
}
