/** The moment at which the last connection comes back, for a drain that waits for it, but not for ever. */
export class DrainWait {
  private settle: (() => void) | undefined;

  /** Resolves with the last return, or after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.settle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** To be called whenever nothing is lent any more. */
  allReturned(): void {
    this.settle?.();
  }
}
