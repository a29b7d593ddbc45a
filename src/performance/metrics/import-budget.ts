import { Deadline } from '../../common/deadline';
import { ImportsBusyError } from './metrics-import.errors';

export interface ImportBudgetOptions {
  /** Bytes that the bodies of all imports at a time may have, unzipped. */
  readonly maxBytes: number;
  /** Imports that wait; more are refused. */
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
}

/** Two of the largest at a time, and as long a wait as a client finds short. */
export const IMPORT_BUDGET: ImportBudgetOptions = { maxBytes: 32 * 1_048_576, maxWaiting: 64, maxWaitMs: 5_000 };

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

/** Lets imports in while their bodies fit into the memory there is for them; the others wait outside, unread. */
export class ImportBudget {
  private readonly waiting = new Set<Waiting>();
  private taken = 0;

  constructor(private readonly options: ImportBudgetOptions) {}

  /**
   * Runs `work` once so many bytes are free, first come first served.
   * @param gone ends the waiting, when its client goes away
   * @throws ImportsBusyError when it would wait too long, or too many do
   */
  async run<T>(bytes: number, gone: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.waiting.size === 0 && this.fits(bytes)) this.taken += bytes;
    else await this.enter(bytes, gone);
    try {
      return await work();
    } finally {
      this.taken -= bytes;
      this.letIn();
    }
  }

  private async enter(bytes: number, gone: AbortSignal): Promise<void> {
    const { maxBytes, maxWaiting, maxWaitMs } = this.options;
    const busy = () => new ImportsBusyError(bytes, maxBytes, this.waiting.size);
    if (this.waiting.size >= maxWaiting) throw busy();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { bytes, enter: resolve };
    const leave = () => {
      this.waiting.delete(waiting);
      reject(busy());
      this.letIn(); // behind a large one there may be a small one
    };
    const deadline = new Deadline(maxWaitMs, leave);
    gone.addEventListener('abort', leave);
    this.waiting.add(waiting);
    try {
      await promise;
    } finally {
      deadline.clear();
      gone.removeEventListener('abort', leave);
    }
  }

  private letIn(): void {
    for (const waiting of this.waiting) {
      if (!this.fits(waiting.bytes)) return;
      this.waiting.delete(waiting);
      this.taken += waiting.bytes;
      waiting.enter();
    }
  }

  /** One alone always fits. */
  private fits(bytes: number): boolean {
    return this.taken === 0 || this.taken + bytes <= this.options.maxBytes;
  }
}
