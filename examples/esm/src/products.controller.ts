import { Controller, Get, HttpCode, Param, ParseIntPipe, Post } from '@nestjs/common';
import { type Product, ProductsService } from './products.service.js';

@Controller('products')
export class ProductsController {
  constructor(private readonly products: ProductsService) {}

  @Get(':id')
  one(@Param('id', ParseIntPipe) id: number): Promise<Product> {
    return this.products.byId(id);
  }

  @Post('changed')
  @HttpCode(204)
  changed(): Promise<void> {
    return this.products.forgetAll();
  }
}
