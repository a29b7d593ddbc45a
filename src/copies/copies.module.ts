import { type DynamicModule, Global, Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { JobsModule } from '../jobs/jobs.module';
import { Leader } from '../jobs/leader';
import { CopiesJob } from './copies-job';
import { CopyTable } from './copy-table';
import { Instance } from './instance';
import { LeaseLeader } from './lease-leader';
import { SharedChanges } from './shared-changes';
import { SharedDatabase } from './shared-database';

/** The copies of the service: which one this is, which one leads, and what is changed in all of them. */
@Global()
@Module({})
export class CopiesModule {
  static forRoot(instance: Instance): DynamicModule {
    return {
      module: CopiesModule,
      imports: [CommonModule, JobsModule],
      providers: [
        { provide: Instance, useValue: instance },
        SharedDatabase,
        CopyTable,
        LeaseLeader,
        { provide: Leader, useExisting: LeaseLeader },
        SharedChanges,
        CopiesJob,
      ],
      exports: [Instance, Leader, LeaseLeader, SharedChanges, SharedDatabase, CopyTable, CopiesJob],
    };
  }
}
