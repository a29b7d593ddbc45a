import { SystemClock } from '../../src/common/clock';
import type { HttpPoolSettings } from '../../src/pools/http/http.options';
import { HttpPool } from '../../src/pools/http/http-pool';
import { type Answer, HttpUpstreamServer } from './http-upstream';
import { undoAfterEach } from './undo';

/** For a test file: servers and HTTP pools that are gone after the test that made them. */
export function httpPools() {
  const later = undoAfterEach();
  return {
    later,
    async serve(answer: Answer, port?: number): Promise<HttpUpstreamServer> {
      const server = await HttpUpstreamServer.start(answer, port);
      later(() => server.close());
      return server;
    },
    makePool(options: Partial<HttpPoolSettings> = {}): HttpPool {
      const limits = { maxConnections: 10, maxConnectionsPerOrigin: 10, acquireTimeoutMs: 2_000, maxWaiting: 100 };
      const pool = new HttpPool(
        { upstreams: {}, proxy: {}, ...limits, probeIntervalMs: 200, ...options },
        new SystemClock(),
      );
      later(() => pool.drain(200));
      return pool;
    },
  };
}
