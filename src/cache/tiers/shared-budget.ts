/** How long one call may still wait for the shared tier (ms), in all its steps together. */
export class SharedBudget {
  constructor(public leftMs: number) {}

  spend(ms: number): void {
    this.leftMs = Math.max(0, this.leftMs - ms);
  }
}
