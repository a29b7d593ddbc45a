import { join } from 'node:path';
import { inSmallProcess } from '../support/small-process';
import { IMPORT_BODIES } from './import-bodies';

const SCRIPT = join(__dirname, 'count-import-bytes.ts');

describe('the memory of imported series', () => {
  it.each(Object.keys(IMPORT_BODIES))('is counted as the heap has it: %s', async (name) => {
    const { ratio, samples } = await inSmallProcess<{ ratio: number; samples: number }>(SCRIPT, name);
    expect(samples).toBeGreaterThanOrEqual(2_000);
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.15);
  });
});
