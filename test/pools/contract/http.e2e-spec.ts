import { describePoolContract } from '../../support/pool-contract';
import { httpSubject } from './http-subject';

describePoolContract('HTTP', httpSubject);
