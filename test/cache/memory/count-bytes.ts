// In a small process: what a filled cache counts over what the heap has grown by; the argument names the fill.
import { type Fill, FILLS_THAT_PASS, FILLS_THAT_STAY } from './fills';
import { memoryOnly } from './memory-only';

async function countedOverReal({ memoryLimitMb, run }: Fill): Promise<{ ratio: number; entries: number }> {
  const cache = memoryOnly(memoryLimitMb);
  const before = usedBytes();
  await run(cache);
  const real = usedBytes() - before;
  const { bytes, entries } = cache.stats().memory;
  return { ratio: bytes / real, entries };
}

function usedBytes(): number {
  for (let n = 0; n < 3; n++) globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const name = process.argv[2]!;
const fill = { ...FILLS_THAT_STAY, ...FILLS_THAT_PASS }[name];
if (fill === undefined) throw new Error(`there is no fill called ${name}`);
// In the first round code is loaded and compiled, which takes memory, too.
void countedOverReal(fill)
  .then(() => countedOverReal(fill))
  .then((answer) => process.stdout.write(JSON.stringify(answer)));
