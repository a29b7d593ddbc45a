import { runBench } from '../lib/bench.mjs';
import { deadlineRows } from './deadline-rows.mjs';
import { httpRows } from './http-rows.mjs';
import { postgresRows } from './postgres-rows.mjs';
import { redisRows } from './redis-rows.mjs';
import { retryRows } from './retry-rows.mjs';
import { waitingRows } from './waiting-rows.mjs';

await runBench('pools', [...postgresRows, ...retryRows, ...redisRows, ...httpRows, ...deadlineRows, ...waitingRows]);
