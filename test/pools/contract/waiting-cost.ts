/** What those who wait for a pool cost. */
export interface WaitingCost {
  readonly bytesPerWaiter: number;
  /** CPU time between two turns of the event loop, while they come and while they are served. */
  readonly longestHoldMs: number;
}
