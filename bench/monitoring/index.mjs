import { runBench } from '../lib/bench.mjs';
import { holdRows } from './hold-rows.mjs';
import { instrumentRows } from './instrument-rows.mjs';
import { promqlRows } from './promql-rows.mjs';
import { rulesRows } from './rules-rows.mjs';
import { seriesRows } from './series-rows.mjs';
import { collectorRows } from './collector-rows.mjs';
import { sourceRows } from './source-rows.mjs';

await runBench('monitoring', [
  ...seriesRows,
  ...sourceRows,
  ...collectorRows,
  ...promqlRows,
  ...holdRows,
  ...rulesRows,
  ...instrumentRows,
]);
