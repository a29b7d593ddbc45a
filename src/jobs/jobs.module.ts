import { Global, Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { JobRuns } from './job-runs';
import { JobScheduler } from './job-scheduler';

/** The jobs of all rooms, on the ScheduleModule that the application imports. */
@Global()
@Module({ imports: [CommonModule], providers: [JobRuns, JobScheduler], exports: [JobRuns, JobScheduler] })
export class JobsModule {}
