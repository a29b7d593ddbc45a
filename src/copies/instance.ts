import { randomUUID } from 'node:crypto';

/** Which copy of the service this is. */
export class Instance {
  /** Of this run of the copy: a restart has the same `id` and another `run`. */
  readonly run = randomUUID();

  constructor(
    /** The name under which the copy keeps its history, the same after a restart. */
    readonly id: string,
    /** Which of the processes on one port it is, from 0 on; a process that follows another has its number. */
    readonly worker = 0,
    private readonly release: () => void = () => undefined,
  ) {}

  /** Lets another process have the name. */
  onApplicationShutdown(): void {
    this.release();
  }
}

/** What a name may consist of: it stands in a header, in URLs and as a label. */
export const INSTANCE_NAME = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/;
