import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { SharedChanges } from '../copies/shared-changes';
import { AlertsService } from './alerts.service';
import type { RuleGroupInput } from './rules/rule-group-input';

const KIND = 'alert-rules';

/**
 * Groups of rules that are set while the service runs: kept in the database and set in every copy, also in one that
 * starts later. In another application, which has no copies that know of each other, they hold in its own process.
 */
@Injectable()
export class RuleGroupChanges implements OnModuleInit {
  constructor(
    private readonly alerts: AlertsService,
    @Optional() private readonly shared?: SharedChanges,
  ) {}

  onModuleInit(): void {
    this.shared?.handle(KIND, (name, group) => this.alerts.setGroup(name, group as RuleGroupInput | null));
  }

  /** Sets a group. @throws AlertRulesInvalidError, SharedStateUnavailableError */
  async set(group: RuleGroupInput): Promise<void> {
    await this.change(group.name, () => {
      this.alerts.setGroup(group.name, group);
      return group;
    });
  }

  /** Takes back a group that was set. @throws AlertRuleGroupUnknownError, SharedStateUnavailableError */
  async remove(name: string): Promise<void> {
    await this.change(name, () => {
      this.alerts.removeGroup(name);
      return null;
    });
  }

  /** Makes what another copy has changed a moment ago. */
  async catchUp(): Promise<void> {
    await this.shared?.catchUp();
  }

  private async change(name: string, make: () => object | null): Promise<void> {
    if (this.shared === undefined) make();
    else await this.shared.change(KIND, name, make);
  }
}
