/** When a job runs. */
export type JobSchedule =
  | {
      /** ms from one run to the next, 1 to 2,147,483,647 (24.8 days); the first one after as long. */
      readonly everyMs: number;
      /** Runs at whole multiples of `everyMs` of the wall clock instead of counting from the start. */
      readonly aligned?: boolean;
    }
  | {
      /** A cron expression of five or six fields, the first of six being the second. */
      readonly cron: string;
    };

/** What a run is given. */
export interface JobRun {
  /** Unix ms at which the run was due; of an aligned job the whole multiple, however late the run begins. */
  readonly dueMs: number;
  /** Aborted when the application ends: a long run should stop soon. */
  readonly signal: AbortSignal;
}

/** Periodic work; two runs of a job never overlap. */
export type Job = JobSchedule & {
  /** Unique in the application; the label `job_name` of its metrics. */
  readonly name: string;
  readonly run: (run: JobRun) => void | Promise<unknown>;
  /** `all`: every copy of the service runs the job. `one`: only the copy that leads. Default `all`. */
  readonly copies?: 'all' | 'one';
  /**
   * Begins the line in the log when a run fails: the first, and each new reason, at most one a minute; default "The job <name> failed". `false`: the
   * job says it itself.
   */
  readonly failure?: string | false;
};
