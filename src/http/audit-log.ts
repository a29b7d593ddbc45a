import { channel } from 'node:diagnostics_channel';
import { Injectable, Logger } from '@nestjs/common';
import { currentRequest } from '../common/request-context';
import type { Principal } from './access.decorator';

/** What somebody has changed over HTTP. */
export interface AuditedChange {
  /** What was done, such as `pool.resize`. */
  readonly action: string;
  /** To what: the name of a pool, a key. */
  readonly target: string;
  /** How it was and how it is now, as JSON takes it; left out where there is nothing to say. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A change with who made it. */
export interface AuditEvent extends AuditedChange {
  /** ISO 8601. */
  readonly at: string;
  /** The name of the token, or what tells it apart without telling it; in other applications what its guard found. */
  readonly who: string;
  readonly address: string;
  readonly requestId: string | undefined;
}

/** What is read of a request to know who made it. */
export interface AuditedRequest {
  readonly principal?: Principal;
  /** Where guards of other applications put the caller. */
  readonly user?: unknown;
  readonly ip?: string | undefined;
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** Each change that is made over HTTP, with an `AuditEvent`. */
export const auditChannel = channel('performance-gateway:audit');

/** Characters of a target or a value in the log; the event has all of it. */
const MAX_SHOWN = 500;

/** Tells of every change that is made over HTTP: one line in the log, one event on the channel. */
@Injectable()
export class AuditLog {
  private readonly logger = new Logger('Audit');

  record(request: AuditedRequest, change: AuditedChange): void {
    const event: AuditEvent = {
      at: new Date().toISOString(),
      who: whoMade(request),
      address: request.ip ?? request.socket?.remoteAddress ?? 'unknown',
      requestId: currentRequest()?.id,
      ...change,
    };
    this.logger.log(lineOf(event));
    if (auditChannel.hasSubscribers) auditChannel.publish(event);
  }
}

function lineOf({ action, target, who, address, before, after }: AuditEvent): string {
  const change = [before, after].filter((value) => value !== undefined).map(shown);
  return `${action} ${cut(target)} by ${who} from ${address}${change.length === 0 ? '' : `: ${change.join(' → ')}`}`;
}

function shown(value: unknown): string {
  return cut(JSON.stringify(value));
}

const cut = (text: string): string => (text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`);

/** In the order in which a name says most. */
const NAME_FIELDS = ['name', 'username', 'email', 'sub', 'id'] as const;

function whoMade({ principal, user }: AuditedRequest): string {
  if (principal !== undefined) return principal.name ?? `token ${principal.id}`;
  if (typeof user === 'string') return user;
  if (typeof user === 'object' && user !== null) {
    for (const field of NAME_FIELDS) {
      const value = (user as Readonly<Record<string, unknown>>)[field];
      if (typeof value === 'string' || typeof value === 'number') return String(value);
    }
  }
  return 'an unnamed caller';
}
