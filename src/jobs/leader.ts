import { Injectable } from '@nestjs/common';

/**
 * Decides which of several copies of the service runs the jobs that one copy is enough for. A module that knows all
 * copies, through a lock in a database they share, provides it; without one every copy leads.
 */
export abstract class Leader {
  /**
   * Whether this copy may run the job now, asked before each run.
   * @throws when it cannot be said: the run counts as failed
   */
  abstract leads(jobName: string): boolean | Promise<boolean>;
}

/** For a single copy, and for jobs that do no harm when several copies run them. */
@Injectable()
export class AlwaysLeader extends Leader {
  leads(): boolean {
    return true;
  }
}
