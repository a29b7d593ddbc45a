import { describePoolContract } from '../../support/pool-contract';
import { postgresSubject } from './postgres-subject';

describePoolContract('PostgreSQL', postgresSubject);
