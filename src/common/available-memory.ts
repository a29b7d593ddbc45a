import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

/** Bytes of buffers that a process may well have for each byte of its heap: texts are on the heap, numbers are not. */
const BUFFERS_PER_HEAP = 1;

/** Bytes that this process may use: what the machine or the container has, or less where V8's heap is limited. */
export function availableMemory(): number {
  const constrained = process.constrainedMemory(); // 0 or more than there is: no limit
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.min(memory, getHeapStatistics().heap_size_limit * (1 + BUFFERS_PER_HEAP));
}
