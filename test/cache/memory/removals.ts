// In a small process: 200,000 entries are cleared, purged and invalidated; answers how long (ms of CPU) that held the loop.
import { equal } from 'node:assert/strict';
import { coreOf } from '../../../src/cache/cache.service';
import { runInSlices } from '../../../src/common/loop-slices';
import { ManualClock } from '../../../src/testing/manual-clock';
import { longestHold } from '../../support/longest-hold';
import { memoryOnly } from './memory-only';

const ENTRIES = 200_000;
const LAST = `entry:${ENTRIES - 1}`;

const clock = new ManualClock();
const cache = memoryOnly(512, clock);

async function fill(options: object): Promise<void> {
  for (let n = 0; n < ENTRIES; n++) await cache.set(`entry:${n}`, n, options);
}

function expectEmpty(): void {
  const { entries, bytes } = cache.stats().memory;
  equal(entries, 0);
  equal(bytes, 0);
}

async function holds(): Promise<Record<string, number>> {
  await fill({ tags: ['t'] });
  const clear = await longestHold(async () => equal(await cache.clear(), ENTRIES));
  expectEmpty();
  await fill({ ttlMs: 1_000 });
  clock.advance(1_000);
  const purge = await longestHold(async () => equal(await runInSlices(coreOf(cache).registry.purge()), ENTRIES));
  expectEmpty();
  await fill({ tags: ['t'] });
  const tag = await longestHold(() => removed(cache.deleteByTag('t')));
  expectEmpty();
  await fill({});
  const prefix = await longestHold(() => removed(cache.deleteByPrefix('entry:')));
  expectEmpty();
  return { clear, purge, tag, prefix };
}

async function removed(removal: Promise<number>): Promise<void> {
  equal(cache.getSync(LAST), undefined); // at once, whatever is removed when
  equal(await removal, ENTRIES);
}

void holds().then((answer) => process.stdout.write(JSON.stringify(answer)));
