import type { Redis } from 'ioredis';

/** Notices, looked at now and then, whether a connection still takes or gives bytes. */
export class ConnectionProgress {
  private lastBalance = -1;
  private lastProgressMs = 0;

  /** To be called at intervals. */
  note(stream: Redis['stream'] | undefined, nowMs: number): void {
    // What is written has left this process when it no longer waits to be sent.
    const balance = stream === undefined ? -1 : stream.bytesRead - stream.writableLength;
    if (balance > this.lastBalance || this.lastProgressMs === 0) this.lastProgressMs = nowMs;
    this.lastBalance = balance;
  }

  /** For how long (ms) nothing has moved. */
  stalledMs(nowMs: number): number {
    return nowMs - this.lastProgressMs;
  }
}
