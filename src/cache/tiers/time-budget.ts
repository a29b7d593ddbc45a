/** The time (ms) that one call may still spend waiting for the shared tier, in all its steps together. */
export class TimeBudget {
  constructor(public leftMs: number) {}

  spend(ms: number): void {
    this.leftMs = Math.max(0, this.leftMs - ms);
  }
}
