import type { CredentialsHealth } from '../http/credentials-health';
import type { Dependency, DependencyState } from './dependency-health';

/** What callers are known by: tokens that were read before stay in force, so it is never down. */
export class CredentialsDependency implements Dependency {
  readonly name = 'security';
  constructor(private readonly credentials: CredentialsHealth) {}

  get state(): DependencyState {
    return this.credentials.problem() === undefined ? 'up' : 'degraded';
  }
}
