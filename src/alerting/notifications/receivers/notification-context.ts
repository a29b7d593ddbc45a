import type { GlobalConfig, Integration } from '../config/alertmanager-config';
import type { AddressRule } from '../delivery/address-rule';
import type { LedgerRow } from '../delivery/ledger';
import type { OutboundHttp } from '../delivery/outbound-http';
import type { MakeTexts } from './message-texts';
import { type Notification, toldContent } from './notification';
import type { Outcome } from './receiver-call';
import { callReceiver } from './receivers';

/** What all notifications have in common. */
export interface NotificationContext {
  readonly global: GlobalConfig;
  readonly makeTexts: MakeTexts;
  readonly http: OutboundHttp;
  readonly addresses: AddressRule;
  readonly externalUrl: string;
  readonly webhookSecret: string | undefined;
}

/** Tells one integration of a notification. @throws what keeps it from being reached */
export function tell(
  integration: Integration,
  notification: Notification,
  { global, makeTexts, http, addresses, webhookSecret }: NotificationContext,
  signal: AbortSignal,
  nowMs: number,
): Promise<Outcome> {
  const texts = makeTexts(notification);
  return callReceiver(integration, { notification, texts, global, http, signal, nowMs, webhookSecret }, addresses);
}

/** What a row of the ledger has to tell. */
export function notificationOf(row: LedgerRow, { config }: Integration, externalUrl: string): Notification {
  const { receiver, groupKey, groupLabels, pending } = row;
  return {
    receiver,
    groupKey,
    groupLabels,
    alerts: toldContent(pending!, config.send_resolved),
    externalUrl,
    isTest: false,
  };
}
