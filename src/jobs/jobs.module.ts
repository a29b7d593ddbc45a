import { Global, Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { JobRuns } from './job-runs';
import { JobScheduler } from './job-scheduler';

/** Runs the jobs of all modules, on the ScheduleModule that the application imports. */
@Global()
@Module({ imports: [CommonModule], providers: [JobRuns, JobScheduler], exports: [JobRuns, JobScheduler] })
export class JobsModule {}
