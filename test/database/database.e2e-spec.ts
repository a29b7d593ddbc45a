import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { getRepositoryToken, InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import {
  Column,
  DataSource,
  DefaultNamingStrategy,
  Entity,
  type MigrationInterface,
  PrimaryColumn,
  type QueryRunner,
  type Repository,
} from 'typeorm';
import { CommonModule } from '../../src/common/common.module';
import { DomainError } from '../../src/common/errors/domain-error';
import { Database } from '../../src/database/database';
import type { DatabaseOptions } from '../../src/database/database.options';
import { DatabaseModule } from '../../src/database/database.module';
import { PoolsModule } from '../../src/pools/pools.module';
import { Pools } from '../../src/pools/pools.service';
import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';
import { testConfig } from '../support/test-config';

@Entity({ name: 'notes' })
class Note {
  @PrimaryColumn({ type: 'int' })
  id!: number;
  @Column({ type: 'text' })
  text!: string;
}

class CreateNotes1700000000000 implements MigrationInterface {
  readonly name = 'CreateNotes1700000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE notes (id int PRIMARY KEY, text text NOT NULL)');
    await runner.query(`INSERT INTO notes VALUES (1, 'from the migration')`);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE notes');
  }
}

class Broken1700000000001 implements MigrationInterface {
  readonly name = 'Broken1700000000001';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE half (id int)');
    await runner.query('SELECT * FROM there_is_no_such_table');
  }
  async down(): Promise<void> {}
}

describe('the database', () => {
  let postgres: PostgresServer;
  const start = async (
    migrations: (new () => MigrationInterface)[] = [CreateNotes1700000000000],
    env: Record<string, string> = {},
  ) => {
    const { pools } = testConfig({
      POSTGRES_URL: postgres.url,
      POSTGRES_MAX_SIZE: '2',
      POSTGRES_MIN_SIZE: '0',
      ...env,
    });
    const module = await Test.createTestingModule({
      imports: [
        CommonModule,
        PoolsModule.forRoot(pools),
        DatabaseModule.forRoot({ migrations, schema: 'performance_gateway' }),
        TypeOrmModule.forFeature([Note]),
      ],
    }).compile();
    module.enableShutdownHooks([]);
    return module.init();
  };
  const tables = async (name: string) =>
    (
      await postgres.query(`SELECT 1 FROM pg_tables WHERE schemaname = 'performance_gateway' AND tablename = $1`, [
        name,
      ])
    ).length;

  beforeAll(async () => {
    postgres = await PostgresServer.start();
  });
  afterAll(() => postgres.close(), 30_000);
  beforeEach(async () => {
    await postgres.query('DROP SCHEMA IF EXISTS performance_gateway CASCADE');
  });

  it('makes its tables by itself, and an entity works on the pool everybody uses', async () => {
    const module = await start();
    await module.get(Database).whenReady();
    const notes = module.get<Repository<Note>>(getRepositoryToken(Note));
    await notes.save({ id: 2, text: 'by the repository' });
    expect(await notes.find({ order: { id: 'ASC' } })).toEqual([
      { id: 1, text: 'from the migration' },
      { id: 2, text: 'by the repository' },
    ]);
    const { acquired } = module.get(Pools).postgres.stats();
    await notes.count();
    expect(module.get(Pools).postgres.stats().acquired).toBe(acquired + 1);
    await module.close();
  });

  it('starts while the server is down, and makes its tables when it comes', async () => {
    await postgres.stop();
    const module = await start();
    const database = module.get(Database);
    expect(database.isReady).toBe(false);
    await postgres.restart();
    await eventually('the tables are there', () => database.isReady, { timeoutMs: 20_000 });
    expect(await module.get(DataSource).query('SELECT text FROM performance_gateway.notes')).toEqual([
      { text: 'from the migration' },
    ]);
    await module.close();
  }, 40_000);

  it('can be ended while the server is down', async () => {
    await postgres.stop();
    const module = await start();
    const waiting = module.get(Database).whenReady();
    await module.close();
    await expect(waiting).rejects.toMatchObject({ code: 'DATABASE_STOPPED' });
    await postgres.restart();
  });

  it('runs a migration once when several copies start together', async () => {
    const modules = await Promise.all([start(), start(), start()]);
    await Promise.all(modules.map((module) => module.get(Database).whenReady()));
    expect(await postgres.query('SELECT name FROM performance_gateway.migrations')).toEqual([
      { name: 'CreateNotes1700000000000' },
    ]);
    await Promise.all(modules.map((module) => module.close()));
  }, 40_000);

  it('works with a single connection', async () => {
    const module = await start(undefined, { POSTGRES_MAX_SIZE: '1' });
    await module.get(Database).whenReady();
    expect(await tables('notes')).toBe(1);
    await module.close();
  });

  it('leaves nothing of a migration that fails, and returns its connection', async () => {
    const module = await start([CreateNotes1700000000000, Broken1700000000001]);
    await eventually('it was tried', () => module.get(Pools).postgres.stats().acquired > 2);
    await eventually('nothing is held', () => module.get(Pools).postgres.stats().inUse === 0);
    expect(module.get(Database).isReady).toBe(false);
    expect([await tables('notes'), await tables('half')]).toEqual([0, 0]);
    await module.close();
  });
});

@Entity()
class LineItem {
  @PrimaryColumn({ type: 'int' })
  id!: number;
  @Column({ type: 'text' })
  productName!: string;
}

class SnakeCase extends DefaultNamingStrategy {
  override tableName = (_class: string, given: string | undefined) => given ?? 'line_items';
  override columnName = (property: string, given: string | undefined) =>
    given ?? property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Asks as early as a provider of an application can. */
@Injectable()
class Shop implements OnModuleInit {
  atInit: unknown;
  constructor(@InjectRepository(LineItem) readonly items: Repository<LineItem>) {}
  async onModuleInit(): Promise<void> {
    this.atInit = await this.items.count().catch((error: unknown) => error);
  }
}

describe("an application's own tables", () => {
  let postgres: PostgresServer;
  const start = async (options: DatabaseOptions): Promise<TestingModule> => {
    const { pools } = testConfig({ POSTGRES_URL: postgres.url, POSTGRES_MIN_SIZE: '0' });
    const imports = [
      CommonModule,
      PoolsModule.forRoot({ ...pools, postgres: { ...pools.postgres, connectTimeoutMs: 1_000 } }),
      DatabaseModule.forRoot(options),
      TypeOrmModule.forFeature([LineItem]),
    ];
    const module = await Test.createTestingModule({ imports, providers: [Shop] }).compile();
    module.enableShutdownHooks([]);
    return module.init();
  };
  beforeAll(async () => {
    postgres = await PostgresServer.start();
  });
  afterAll(() => postgres.close(), 30_000);

  it('are where it has them, named as it names them, and there from onModuleInit on', async () => {
    await postgres.query('CREATE TABLE line_items (id int PRIMARY KEY, product_name text NOT NULL)');
    await postgres.query(`INSERT INTO line_items VALUES (1, 'lamp')`);
    const module = await start({ namingStrategy: new SnakeCase() });
    expect(module.get(Shop).atInit).toBe(1);
    await module.get(Database).whenReady();
    expect(await module.get(Shop).items.find()).toEqual([{ id: 1, productName: 'lamp' }]);
    expect(await postgres.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'performance_gateway'`)).toEqual([]);
    expect(await postgres.query(`SELECT 1 FROM pg_tables WHERE tablename = 'migrations'`)).toEqual([]);
    await module.close();
  });

  it('are made from the entities, in the schema it names', async () => {
    const module = await start({ schema: 'shop', synchronize: true });
    await module.get(Database).whenReady();
    await module.get(Shop).items.save({ id: 7, productName: 'chair' });
    expect(await postgres.query('SELECT * FROM shop.line_item')).toEqual([{ id: 7, productName: 'chair' }]);
    await module.close();
  });

  it('give the error of the pool while PostgreSQL is away, and answer when it is back', async () => {
    await postgres.stop();
    const module = await start({ namingStrategy: new SnakeCase() });
    const { items, atInit } = module.get(Shop);
    expect(atInit).toBeInstanceOf(DomainError);
    expect((atInit as DomainError).code).toMatch(/^POOL_/);
    await postgres.restart();
    await eventually(
      'it answers',
      () =>
        items.count().then(
          (count) => count === 1,
          () => false,
        ),
      { timeoutMs: 20_000 },
    );
    await module.get(Database).whenReady();
    expect(await items.count()).toBe(1);
    await module.close();
  }, 40_000);
});
