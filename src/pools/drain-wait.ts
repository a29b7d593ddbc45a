/** Lets a drain wait until all connections have come back, but not longer than its timeout. */
export class DrainWait {
  private settle: (() => void) | undefined;

  /** Resolves when all connections have come back, at the latest after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.settle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** To be called whenever no connection is lent any more. */
  allReturned(): void {
    this.settle?.();
  }
}
