import type { Integration } from '../config/alertmanager-config';
import type { AddressRule } from '../delivery/address-rule';
import { callDiscord } from './discord';
import { callEmail } from './email';
import { callOpsgenie } from './opsgenie';
import { callPagerDuty } from './pagerduty';
import type { Outcome, ReceiverCall } from './receiver-call';
import { callSlack } from './slack';
import { callTeams } from './teams';
import { callTelegram } from './telegram';
import { callWebhook } from './webhook';

/** Tells a receiver of one kind. Resolves with what it said. @throws what keeps it from being reached */
export function callReceiver(integration: Integration, call: ReceiverCall, addresses: AddressRule): Promise<Outcome> {
  const { kind, config } = integration;
  switch (kind) {
    case 'webhook':
      return callWebhook(config, call);
    case 'slack':
      return callSlack(config, call);
    case 'email':
      return callEmail(config, call, addresses);
    case 'pagerduty':
      return callPagerDuty(config, call);
    case 'opsgenie':
      return callOpsgenie(config, call);
    case 'telegram':
      return callTelegram(config, call);
    case 'discord':
      return callDiscord(config, call);
    case 'msteams':
      return callTeams(config, call, false);
    case 'msteamsv2':
      return callTeams(config, call, true);
  }
}
