import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

/** Bytes of heap and buffers in use once everything unreachable is gone: for rows that measure memory. */
export function settledBytes() {
  for (let i = 0; i < 4; i++) gc();
  const { heapUsed, external } = process.memoryUsage(); // arrayBuffers are part of external
  return heapUsed + external;
}
