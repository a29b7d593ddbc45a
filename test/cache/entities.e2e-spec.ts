import { Injectable, Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { getRepositoryToken, InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Column, Entity, ManyToOne, OneToMany, PrimaryColumn, type Relation, type Repository } from 'typeorm';
import { CacheModule } from '../../src/cache/cache.module';
import { CacheService } from '../../src/cache/cache.service';
import { Cached } from '../../src/cache/decorators/cached.decorator';
import { CommonModule } from '../../src/common/common.module';
import { PoolsModule } from '../../src/pools/pools.module';
import { PostgresServer } from '../support/postgres-server';
import { redisForUse } from '../support/redis-for-use';
import { testConfig } from '../support/test-config';
import { busUp } from './redis-caches';

@Entity()
class Author {
  @PrimaryColumn({ type: 'int' })
  id!: number;
  @Column({ type: 'text' })
  name!: string;
  @Column({ type: 'timestamptz' })
  born!: Date;
  @OneToMany(() => Book, (book) => book.author, { lazy: true })
  books!: Promise<Book[]>;

  get initial(): string {
    return this.name.charAt(0);
  }
}

@Entity()
class Book {
  @PrimaryColumn({ type: 'int' })
  id!: number;
  @Column({ type: 'text' })
  title!: string;
  @ManyToOne(() => Author, (author) => author.books)
  author!: Relation<Author>;
}

@Injectable()
class Library {
  queries = 0;
  constructor(
    @InjectRepository(Author) private readonly authors: Repository<Author>,
    @InjectRepository(Book) private readonly books: Repository<Book>,
  ) {}

  @Cached()
  async author(id: number): Promise<Author> {
    this.queries++;
    return this.authors.findOneByOrFail({ id });
  }

  /** Its argument is an entity, too, with a lazy relation: what that loads no key can see. */
  @Cached({ key: (author: Author) => String(author.id) })
  async booksOf(author: Author): Promise<Book[]> {
    this.queries++;
    return this.books.find({ where: { author: { id: author.id } }, relations: { author: true } });
  }

  /** An entity whose properties are all it is made of is a key by itself. */
  @Cached()
  async titleOf(book: Book): Promise<string> {
    this.queries++;
    return book.title;
  }

  @Cached()
  async nameOf(author: Author): Promise<string> {
    return author.name;
  }
}

describe('entities of TypeORM through @Cached()', () => {
  let postgres: PostgresServer;
  let redis: Awaited<ReturnType<typeof redisForUse>>;
  const modules: TestingModule[] = [];
  // Not in the 19th century: time zones of then are off by seconds, which the driver does not send.
  const born = new Date('1975-12-10T00:00:00.000Z');

  /** One copy of an application; all share database and Redis. */
  const start = async (): Promise<TestingModule> => {
    const { pools } = testConfig({ REDIS_URL: redis.url });
    const module = await Test.createTestingModule({
      imports: [
        CommonModule,
        PoolsModule.forRoot(pools),
        CacheModule.forRoot({ prefix: 'entities', redisTimeoutMs: 1_000 }),
        TypeOrmModule.forRoot({ type: 'postgres', url: postgres.url, synchronize: true, entities: [Author, Book] }),
        TypeOrmModule.forFeature([Author, Book]),
      ],
      providers: [Library],
    }).compile();
    modules.push(module);
    await module.init();
    await busUp(module.get(CacheService));
    return module;
  };

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([PostgresServer.start(), redisForUse()]);
  }, 60_000);
  afterAll(async () => {
    for (const module of modules) await module.close();
    await postgres.close();
    await redis.close();
  }, 30_000);

  it('are plain data from either tier, with one warning per class', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const one = await start();
    await one.get(CacheService).clear();
    const author = await one.get<Repository<Author>>(getRepositoryToken(Author)).save({ id: 1, name: 'Ada', born });
    await one.get<Repository<Book>>(getRepositoryToken(Book)).save([
      { id: 1, title: 'Notes', author },
      { id: 2, title: 'Letters', author },
    ]);
    const entity = await one.get<Repository<Author>>(getRepositoryToken(Author)).findOneByOrFail({ id: 1 });
    expect(entity).toBeInstanceOf(Author);

    const other = await start();
    const plain = { id: 1, name: 'Ada', born };
    for (const library of [one.get(Library), one.get(Library), other.get(Library)]) {
      const found = await library.author(1);
      expect({ ...found }).toStrictEqual(plain);
      expect(found).not.toBeInstanceOf(Author);
      expect(found.born).toBeInstanceOf(Date);
      const books = await library.booksOf(entity);
      expect(books).toStrictEqual([
        { id: 1, title: 'Notes', author: plain },
        { id: 2, title: 'Letters', author: plain },
      ]);
    }
    expect([one.get(Library).queries, other.get(Library).queries]).toEqual([2, 0]);

    const [notes, letters] = await one.get<Repository<Book>>(getRepositoryToken(Book)).find({ order: { id: 'ASC' } });
    for (const library of [one.get(Library), other.get(Library)]) {
      expect(await library.titleOf(notes!)).toBe('Notes');
      expect(await library.titleOf(letters!)).toBe('Letters');
      await expect(library.nameOf(entity)).rejects.toThrow(/instance of Author.*argument 1.*a function as key/);
    }
    expect([one.get(Library).queries, other.get(Library).queries]).toEqual([4, 0]);
    const warned = warn.mock.calls
      .map(([message]) => String(message))
      .filter((message) => message.includes('plain data'));
    expect(warned.map((message) => message.split(' ')[2]).toSorted()).toEqual(['Author', 'Book']);
    warn.mockRestore();
  }, 60_000);
});
