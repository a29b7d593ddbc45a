import type { GlobalConfig } from '../config/alertmanager-config';
import type { OutboundAnswer, OutboundHttp } from '../delivery/outbound-http';
import { retryAfterMs } from '../delivery/retry-pause';
import type { MessageTexts } from './message-texts';
import type { Notification } from './notification';

/** What became of telling a receiver. */
export interface Outcome {
  readonly ok: boolean;
  /** Whether it may work later, where it did not. */
  readonly retry: boolean;
  /** The receiver wants to be left alone for so long (ms). */
  readonly waitMs?: number | undefined;
  /** What it said, for people; it may hold secrets of the configuration. */
  readonly text: string;
}

/** What every kind of receiver needs to be called. */
export interface ReceiverCall {
  readonly notification: Notification;
  readonly texts: MessageTexts;
  readonly global: GlobalConfig;
  readonly http: OutboundHttp;
  readonly signal: AbortSignal;
  /** Unix ms. */
  readonly nowMs: number;
  /** Signs webhooks. */
  readonly webhookSecret: string | undefined;
}

/** Characters of an answer that are kept. */
const MAX_SAID = 300;

/** An answer of a server over HTTP: 408, 429 and 5xx may work later, a redirect that loses the body never does. */
export function outcomeOf({ status, retryAfter, text }: OutboundAnswer, nowMs: number): Outcome {
  const said = `${status} ${text.replaceAll(/\s+/g, ' ').slice(0, MAX_SAID)}`.trim();
  if (status >= 200 && status < 300) return { ok: true, retry: false, text: said };
  if (status >= 300 && status < 400) {
    return { ok: false, retry: false, text: `${status}: it redirects in a way that would lose the message` };
  }
  const retry = status === 408 || status === 429 || status >= 500;
  return { ok: false, retry, waitMs: retry ? retryAfterMs(retryAfter, nowMs) : undefined, text: said };
}
