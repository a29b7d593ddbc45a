import { describePoolContract } from '../../support/pool-contract';
import { redisSubject } from './redis-subject';

describePoolContract('Redis', redisSubject);
