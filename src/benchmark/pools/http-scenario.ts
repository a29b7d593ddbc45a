import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { DirectConnections } from '../../pools/direct-connections';
import { Pools } from '../../pools/pools.service';
import { BenchmarkTargetError } from '../benchmark.errors';
import { BenchmarkScenario, type ScenarioContext, type ScenarioOutcome } from '../scenario';
import { comparisonShape, PoolComparison } from './pool-comparison';

const parameters = z.strictObject({
  ...comparisonShape,
  upstream: z
    .string()
    .max(63)
    .regex(/^[\w.-]+$/)
    .optional()
    .describe('name of an HTTP upstream; default: the first'),
  path: z
    .string()
    .max(2_048)
    .regex(/^\/[\x21-\x7e]*$/)
    .default('/')
    .describe('of the GET request, with its query'),
  timeoutMs: z.int().min(10).max(30_000).default(5_000).describe('after it a request counts as failed'),
});
type Parameters = z.infer<typeof parameters>;

/** The answer of a server that is in trouble is a failure, with and without the pool. */
class HttpStatusError extends Error {
  readonly code: string;

  constructor(status: number) {
    super(`the upstream answered ${status}`);
    this.code = `status${status}`;
  }
}

function checked(status: number): void {
  if (status >= 400) throw new HttpStatusError(status);
}

/** A GET request to an upstream with undici's own pool, or with a connection for each, and through our pool. */
@BenchmarkScenario()
@Injectable()
export class HttpScenario implements BenchmarkScenario<Parameters> {
  readonly name = 'http';
  readonly description = "A GET request to an upstream through the pool, and with the driver's own connections";
  readonly parameters = parameters;
  readonly requires = ['http'] as const;

  constructor(
    private readonly pools: Pools,
    private readonly direct: DirectConnections,
    private readonly comparison: PoolComparison,
  ) {}

  /** @throws BenchmarkTargetError */
  check({ upstream }: Parameters): void {
    this.upstreamOf(upstream);
  }

  async run(given: Parameters, context: ScenarioContext): Promise<ScenarioOutcome> {
    const { path, against, timeoutMs, callers } = given;
    const { name, url } = this.upstreamOf(given.upstream);
    const driver = this.direct.http(url.origin, callers);
    const request = {
      method: 'GET',
      path: url.pathname.replace(/\/$/, '') + path,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      // undici closes the connection after the answer then, and opens another for the next.
      reset: against === 'connect',
    } as const;
    try {
      const variants = {
        without: async () => {
          const { statusCode, body } = await driver.request(request);
          await body.arrayBuffer();
          checked(statusCode);
        },
        through: async () =>
          checked((await this.pools.http.request(`${name}:${path}`, { totalTimeoutMs: timeoutMs })).status),
      };
      return await this.comparison.compare(variants, given, context);
    } finally {
      await driver.destroy();
    }
  }

  private upstreamOf(given: string | undefined): { readonly name: string; readonly url: URL } {
    const { http } = this.pools;
    const name = given ?? http.upstreams[0] ?? '';
    const [url] = http.urlsOf(name);
    if (url !== undefined) return { name, url };
    throw new BenchmarkTargetError(`"${name}" is no upstream: it is one of ${http.upstreams.join(', ')}.`);
  }
}
