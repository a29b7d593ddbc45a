import { join } from 'node:path';
import type { WaitingCost } from '../pools/contract/waiting-cost';
import { atOnce } from './at-once';
import { eventually } from './eventually';
import type { ContractOptions, ContractPool, ContractServer, ContractSubject, Hold } from './pool-contract-subject';
import { inSmallProcess } from './small-process';
import { TcpProxy } from './tcp-proxy';

const USUAL: ContractOptions = { capacity: 2, maxWaiting: 10, acquireTimeoutMs: 5_000 };

/** What every pool promises, whatever it lends; `name` is what the pool is a pool of. */
export function describePoolContract<Server extends ContractServer>(
  name: string,
  subject: ContractSubject<Server>,
): void {
  describe(`the ${name} pool keeps the contract`, () => {
    let server: Server;
    let proxy: TcpProxy;
    const made: ContractPool[] = [];
    const reserved = subject.reserved ?? 0;
    beforeAll(async () => {
      server = await subject.startServer();
      proxy = await TcpProxy.start(server.port);
    });
    afterEach(async () => {
      await Promise.all(made.splice(0).map(({ pool }) => pool.drain(0)));
    });
    afterAll(async () => {
      await proxy.close();
      await server.close();
    });
    const make = async (options: Partial<ContractOptions> = {}) => {
      const contract = subject.makePool(subject.url(proxy.port, server), { ...USUAL, ...options }, server);
      made.push(contract);
      await contract.pool.start();
      return contract;
    };

    it('is up after start, works and counts', async () => {
      const { pool, call } = await make();
      expect(pool.state).toBe('up');
      await call();
      const stats = pool.stats();
      expect(stats).toMatchObject({
        name: pool.name,
        kind: pool.kind,
        breaker: 'closed',
        waiting: 0,
        timeouts: 0,
        leaks: 0,
      });
      expect(stats.acquired).toBeGreaterThan(0);
      expect(stats.released).toBe(stats.acquired);
      expect(stats.created).toBeGreaterThan(0);
      expect(stats.health.sinceMs).toBeGreaterThan(0);
      expect(pool.timings.connect.count).toBeGreaterThan(0);
    });

    it('serves no more than its capacity, the rest in the order they came', async () => {
      const contract = await make();
      const holds = await holdAll(contract, 2);
      const order: number[] = [];
      const waiting = [0, 1, 2, 3].map((index) => {
        const hold = contract.hold();
        void hold.granted.then(() => {
          order.push(index);
          hold.free();
        });
        return hold.granted;
      });
      await eventually('four wait', () => contract.pool.stats().waiting === 4);
      expect(order).toEqual([]);
      holds[0]!.free();
      await Promise.all(waiting);
      expect(order).toEqual([0, 1, 2, 3]);
      holds[1]!.free();
      await eventually('all is returned', () => {
        const { acquired, released } = contract.pool.stats();
        return acquired === released;
      });
      expect(contract.pool.timings.wait.maxMs).toBeGreaterThan(0);
    });

    it('refuses at once when the queue is full', async () => {
      const contract = await make({ maxWaiting: 2 });
      const holds = await holdAll(contract, 2);
      const waiting = [contract.hold(), contract.hold()];
      await eventually('two wait', () => contract.pool.stats().waiting === 2);
      const { error } = await atOnce(contract.hold().granted);
      expect(error).toMatchObject({
        code: 'POOL_QUEUE_FULL',
        retryAfterSeconds: 1,
        message: expect.stringMatching(
          /2 waiting.*PoolsModule\.forRoot\(.*[mM]ax.*PoolsModule\.forRoot\(\{ maxWaiting/s,
        ),
      });
      expect(contract.pool.stats().rejected.queue_full).toBe(1);
      for (const hold of [...holds, ...waiting]) void hold.granted.then(() => hold.free());
      await Promise.all(waiting.map(({ granted }) => granted));
    });

    it('lets a waiter give up at its deadline, and nobody else suffers', async () => {
      const contract = await make({ acquireTimeoutMs: 1_000 });
      const holds = await holdAll(contract, 2);
      expect(await refusal(contract.hold())).toBe('POOL_ACQUIRE_TIMEOUT');
      expect(contract.pool.stats()).toMatchObject({ timeouts: 1, waiting: 0 });
      for (const hold of holds) hold.free();
      await contract.call();
    });

    it('lets a waiter leave by its signal at once, taking nothing', async () => {
      const contract = await make();
      const holds = await holdAll(contract, 2);
      const controller = new AbortController();
      const leaving = contract.hold({ signal: controller.signal });
      const left = refusal(leaving);
      await eventually('it waits', () => contract.pool.stats().waiting === 1);
      controller.abort();
      expect(await left).toBe('AbortError');
      expect(contract.pool.stats()).toMatchObject({ waiting: 0, aborted: 1 });
      for (const hold of holds) hold.free();
      await contract.call();
    });

    it('is not called dead for being saturated', async () => {
      const contract = await make();
      const holds = await holdAll(contract, 2);
      const waiting = contract.hold();
      await new Promise((resolve) => setTimeout(resolve, 700)); // several probes
      expect(contract.pool.state).toBe('up');
      for (const hold of holds) hold.free();
      await waiting.granted;
      waiting.free();
    });

    it('starts without its server, says why, and recovers by itself', async () => {
      await proxy.refuse();
      const contract = await make({ acquireTimeoutMs: 500 });
      expect(contract.pool.state).not.toBe('up');
      await eventually('it is down', () => contract.pool.state === 'down');
      expect(contract.pool.health().lastError?.message).toMatch(/\w/);
      const downSince = contract.pool.health().sinceMs;
      await expect(contract.call()).rejects.toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/) });
      await proxy.listen();
      await eventually('it is up', () => contract.pool.state === 'up');
      expect(contract.pool.health().sinceMs).toBeGreaterThanOrEqual(downSince);
      await eventually('it works', async () => {
        await contract.call();
        return true;
      });
    });

    it('notices a server that goes away, and its return, without traffic', async () => {
      const contract = await make();
      await contract.call();
      await proxy.refuse();
      await eventually('it is down', () => contract.pool.state === 'down');
      await proxy.listen();
      await eventually('it is up', () => contract.pool.state === 'up');
      await eventually('it works', async () => {
        await contract.call();
        return true;
      });
    });

    it('serves waiters when its limits are raised, and keeps to lowered ones', async () => {
      const contract = await make();
      const holds = await holdAll(contract, 2);
      const third = contract.hold();
      await eventually('it waits', () => contract.pool.stats().waiting === 1);
      contract.pool.resize({ max: 3 + reserved });
      await third.granted;
      contract.pool.resize({ min: 0, max: 1 + reserved });
      const late = contract.hold();
      let served = false;
      void late.granted.then(() => (served = true));
      holds[0]!.free();
      third.free();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(served).toBe(false);
      holds[1]!.free();
      await late.granted;
      late.free();
      expect(() => contract.pool.resize({ min: 5, max: 1 })).toThrow(
        expect.objectContaining({ code: 'POOL_LIMITS_INVALID' }),
      );
    });

    it('drains: refuses newcomers and waiters, lets holders finish, twice', async () => {
      const contract = await make();
      const holds = await holdAll(contract, 2);
      const waiting = refusal(contract.hold());
      await eventually('it waits', () => contract.pool.stats().waiting === 1);
      let over = false;
      const drained = contract.pool.drain(5_000).then(() => (over = true));
      expect(await waiting).toBe('POOL_CLOSED');
      expect(await refusal(contract.hold())).toBe('POOL_CLOSED');
      expect(over).toBe(false);
      for (const hold of holds) hold.free();
      await drained;
      await contract.pool.drain(5_000);
      await eventually('nothing is open', () => {
        const { inUse, idle, connecting } = contract.pool.stats();
        return inUse + idle + connecting === 0;
      });
    });

    it('does not wait for holders beyond the deadline of the drain', async () => {
      const contract = await make();
      const holds = await holdAll(contract, 2);
      const began = performance.now();
      await contract.pool.drain(200);
      expect(performance.now() - began).toBeLessThan(5_000);
      for (const hold of holds) expect(() => hold.free()).not.toThrow();
    });

    it('keeps ten thousand waiters in order, in little memory and without holding the loop', async () => {
      const cost = await inSmallProcess<WaitingCost>(
        join(__dirname, '../pools/contract/ten-thousand-waiters.ts'),
        name,
      );
      expect(cost.bytesPerWaiter).toBeLessThan(20_000);
      // The promise is 50 ms, judged by the benchmark, where nothing else runs.
      expect(cost.longestHoldMs).toBeLessThan(500);
    }, 150_000);

    it('says that it is not configured instead of failing', async () => {
      const { pool, call } = subject.makePool(undefined, USUAL, server);
      await pool.start();
      expect(pool.state).toBe('not_configured');
      await expect(call()).rejects.toMatchObject({ code: expect.stringMatching(/NOT_CONFIGURED|TARGET_INVALID/) });
      await pool.drain(0);
    });
  });
}

async function holdAll(contract: ContractPool, count: number): Promise<Hold[]> {
  const holds = Array.from({ length: count }, () => contract.hold());
  await Promise.all(holds.map(({ granted }) => granted));
  return holds;
}

/** How a borrower that was turned away was turned away. */
const refusal = (hold: Hold) =>
  hold.granted.then(
    () => 'granted',
    ({ code, name }: { code?: unknown; name: string }) => (typeof code === 'string' ? code : name),
  );
