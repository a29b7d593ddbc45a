import { describePoolContract } from '../../support/pool-contract';
import { qdrantSubject } from './qdrant-subject';

describePoolContract('Qdrant', qdrantSubject);
