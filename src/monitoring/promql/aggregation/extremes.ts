import { PromqlExecutionError } from '../promql.errors';

/** A candidate: its value, and which of the group's series it is. */
export interface Candidate {
  readonly value: number;
  readonly index: number;
}

/** How many `topk` is to keep at a step. @throws PromqlExecutionError for what is no int64 */
export function countToKeep(parameter: number): number {
  if (!(parameter <= 2 ** 63 && parameter >= -(2 ** 63))) {
    const shown = parameter === Infinity ? '+Inf' : parameter;
    throw new PromqlExecutionError(`Scalar value ${shown} overflows int64`);
  }
  return Math.trunc(parameter);
}

/**
 * Keeps the `k` largest (or smallest) of the candidates it is shown, in a binary heap with the worst on top; NaN is worse
 * than everything. Among equals the ones that stay are the ones Prometheus keeps, so the heap works as Go's does.
 */
export class Extremes {
  private readonly heap: Candidate[] = [];

  constructor(
    private readonly k: number,
    private readonly largest: boolean,
  ) {}

  offer(value: number, index: number): void {
    const { heap, k } = this;
    if (heap.length < k) {
      this.push({ value, index });
      return;
    }
    const worst = heap[0]!.value;
    if (!(this.largest ? worst < value : worst > value) && !Number.isNaN(worst)) return;
    if (k === 1) {
      heap[0] = { value, index };
      return;
    }
    this.pop();
    this.push({ value, index });
  }

  /** The kept ones, the best first. */
  ranked(): Candidate[] {
    return this.heap.toSorted((a, b) => (this.worse(b, a) ? -1 : this.worse(a, b) ? 1 : 0));
  }

  private worse(a: Candidate, b: Candidate): boolean {
    if (Number.isNaN(a.value)) return true;
    return this.largest ? a.value < b.value : a.value > b.value;
  }

  private push(candidate: Candidate): void {
    const { heap } = this;
    heap.push(candidate);
    for (let at = heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.worse(heap[at]!, heap[parent]!)) break;
      this.swap(at, parent);
      at = parent;
    }
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.length - 1;
    this.swap(0, last);
    heap.pop();
    for (let at = 0; ;) {
      let child = at * 2 + 1;
      if (child >= last) break;
      if (child + 1 < last && this.worse(heap[child + 1]!, heap[child]!)) child++;
      if (!this.worse(heap[child]!, heap[at]!)) break;
      this.swap(at, child);
      at = child;
    }
  }

  private swap(a: number, b: number): void {
    const kept = this.heap[a]!;
    this.heap[a] = this.heap[b]!;
    this.heap[b] = kept;
  }
}
