import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateShop1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE product (id int PRIMARY KEY, name text NOT NULL, cents int NOT NULL, stock int NOT NULL);
      CREATE TABLE order_of_product (
        id serial PRIMARY KEY, "productId" int NOT NULL REFERENCES product, pieces int NOT NULL
      );
      INSERT INTO product SELECT id, 'product ' || id, 100 * id, 10 FROM generate_series(1, 20) AS id;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE order_of_product; DROP TABLE product;');
  }
}
