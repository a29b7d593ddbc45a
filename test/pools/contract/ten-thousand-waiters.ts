// In a small process: what ten thousand waiters for one place cost a pool; the argument names the pool.
import { deepEqual } from 'node:assert/strict';
import { eventually } from '../../support/eventually';
import { longestHold } from '../../support/longest-hold';
import type { ContractServer, ContractSubject } from '../../support/pool-contract-subject';
import { httpSubject } from './http-subject';
import { postgresSubject } from './postgres-subject';
import { qdrantSubject } from './qdrant-subject';
import { redisSubject } from './redis-subject';
import type { WaitingCost } from './waiting-cost';

const WAITERS = 10_000;
/** So many come in one turn of the event loop. */
const BURST = 200;

async function costOf<Server extends ContractServer>(subject: ContractSubject<Server>): Promise<WaitingCost> {
  const server = await subject.startServer();
  const limits = { capacity: 1, maxWaiting: WAITERS, acquireTimeoutMs: 60_000 };
  const { pool, hold } = subject.makePool(subject.url(server.port, server), limits, server);
  await pool.start();
  const first = hold();
  await first.granted;
  const order: number[] = [];
  const all: Promise<void>[] = [];
  const before = heapBytes();
  const heldByComing = await longestHold(async () => {
    for (let index = 0; index < WAITERS; index++) {
      const { granted, free } = hold();
      all.push(granted.then(() => (order.push(index), free())));
      if (index % BURST === BURST - 1) await new Promise(setImmediate);
    }
    await eventually('all wait', () => pool.stats().waiting === WAITERS);
  });
  const bytesPerWaiter = (heapBytes() - before) / WAITERS;
  const heldByServing = await longestHold(() => (first.free(), Promise.all(all)));
  deepEqual(
    order,
    Array.from({ length: WAITERS }, (_, index) => index),
  );
  await pool.drain(1_000);
  await server.close();
  return { bytesPerWaiter, longestHoldMs: Math.max(heldByComing, heldByServing) };
}

function heapBytes(): number {
  globalThis.gc!(); // garbage is not memory in use
  return process.memoryUsage().heapUsed;
}

const COSTS: Readonly<Record<string, () => Promise<WaitingCost>>> = {
  HTTP: () => costOf(httpSubject),
  PostgreSQL: () => costOf(postgresSubject),
  Qdrant: () => costOf(qdrantSubject),
  Redis: () => costOf(redisSubject),
};

const name = process.argv[2]!;
const cost = COSTS[name];
if (cost === undefined) throw new Error(`there is no pool called ${name}`);
void cost().then((answer) => process.stdout.write(JSON.stringify(answer)));
