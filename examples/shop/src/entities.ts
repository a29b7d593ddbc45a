import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

@Entity()
export class Product {
  @PrimaryColumn('int')
  id!: number;

  @Column('text')
  name!: string;

  @Column('int')
  cents!: number;

  @Column('int')
  stock!: number;
}

@Entity('order_of_product')
export class Order {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('int')
  productId!: number;

  @Column('int')
  pieces!: number;
}
