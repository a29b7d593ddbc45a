import { Injectable } from '@nestjs/common';

export type LifecycleState = 'starting' | 'ready' | 'draining';

/** Where the service is between its start and its end; main moves it, the probes tell. It never goes back. */
@Injectable()
export class Lifecycle {
  private current: LifecycleState = 'starting';

  get state(): LifecycleState {
    return this.current;
  }

  /** Everything has started; has no effect once draining has begun. */
  markReady(): void {
    if (this.current === 'starting') this.current = 'ready';
  }

  /** From now on clients should send nothing more; requests under way still finish. */
  beginDraining(): void {
    this.current = 'draining';
  }
}
