import { runBench } from '../lib/bench.mjs';
import { postgresRows } from './postgres.rows.mjs';

await runBench('pools', [...postgresRows]);
