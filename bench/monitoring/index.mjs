import { runBench } from '../lib/bench.mjs';
import { seriesRows } from './series-rows.mjs';

await runBench('monitoring', [...seriesRows]);
