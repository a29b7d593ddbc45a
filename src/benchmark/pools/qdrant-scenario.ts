import { Injectable, Logger } from '@nestjs/common';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { z } from 'zod';
import { DirectConnections } from '../../pools/direct-connections';
import { Pools } from '../../pools/pools.service';
import { whole } from '../bounds';
import { BenchmarkScenario, type ScenarioContext, type ScenarioOutcome } from '../scenario';
import { seededRandom } from '../seeded-random';
import { comparisonShape, PoolComparison } from './pool-comparison';

const parameters = z.strictObject({
  ...comparisonShape,
  against: z.literal('driver').default('driver').describe('the official client over its own connections'),
  points: whole(1, 20_000).default(1_000).describe('in a collection of the run'),
  dimensions: whole(2, 2_048).default(128),
  limit: whole(1, 100).default(10).describe('nearest points that are asked for'),
  seed: whole(0, 2_147_483_647).default(1).describe('the same seed makes the same vectors'),
});
type Parameters = z.infer<typeof parameters>;

const PREFIX = 'performance-gateway-benchmark-';
const POINTS_AT_ONCE = 500;
const QUERY_VECTORS = 64;
const PREPARE_TIMEOUT_MS = 30_000;
const QUERY_TIMEOUT_MS = 5_000;

/** A search in Qdrant with the official client alone and through our pool. */
@BenchmarkScenario()
@Injectable()
export class QdrantScenario implements BenchmarkScenario<Parameters> {
  readonly name = 'qdrant';
  readonly description = 'A vector search in Qdrant through the pool, and with the official client alone';
  readonly parameters = parameters;
  readonly requires = ['qdrant'] as const;
  private readonly logger = new Logger(QdrantScenario.name);

  constructor(
    private readonly pools: Pools,
    private readonly direct: DirectConnections,
    private readonly comparison: PoolComparison,
  ) {}

  async run(given: Parameters, context: ScenarioContext): Promise<ScenarioOutcome> {
    const { qdrant } = this.pools;
    const collection = PREFIX + context.runId;
    const random = seededRandom(given.seed);
    const vector = () => Array.from({ length: given.dimensions }, () => random() * 2 - 1);
    const driver = this.direct.qdrant();
    try {
      context.progress('filling the collection', 0);
      await this.fill(collection, vector, given, context);
      const queries = Array.from({ length: QUERY_VECTORS }, vector);
      const search = (client: QdrantClient, n: number) =>
        client.query(collection, { query: queries[n % QUERY_VECTORS]!, limit: given.limit });
      const variants = {
        without: (n: number) => search(driver, n),
        through: (n: number) => qdrant.use((client) => search(client, n), { totalTimeoutMs: QUERY_TIMEOUT_MS }),
      };
      return await this.comparison.compare(variants, given, context);
    } finally {
      await this.drop(collection).catch((error: unknown) =>
        this.logger.warn(`The collection ${collection} stays until the next start: ${error}`),
      );
    }
  }

  async removeLeftovers(): Promise<void> {
    const { collections } = await this.pools.qdrant.use((client) => client.getCollections());
    const left = collections.filter(({ name }) => name.startsWith(PREFIX));
    for (const { name } of left) await this.drop(name);
  }

  private async fill(
    collection: string,
    vector: () => number[],
    { points, dimensions }: Parameters,
    { signal, progress }: ScenarioContext,
  ): Promise<void> {
    const options = { totalTimeoutMs: PREPARE_TIMEOUT_MS, signal };
    const { qdrant } = this.pools;
    const vectors = { size: dimensions, distance: 'Cosine' } as const;
    await qdrant.use((client) => client.createCollection(collection, { vectors }), options);
    for (let from = 0; from < points; from += POINTS_AT_ONCE) {
      const count = Math.min(POINTS_AT_ONCE, points - from);
      const batch = Array.from({ length: count }, (_, n) => ({ id: from + n + 1, vector: vector() }));
      await qdrant.use((client) => client.upsert(collection, { wait: true, points: batch }), options);
      progress('filling the collection', (from + count) / points);
    }
  }

  private drop(collection: string): Promise<unknown> {
    return this.pools.qdrant.use((client) => client.deleteCollection(collection), {
      totalTimeoutMs: PREPARE_TIMEOUT_MS,
    });
  }
}
