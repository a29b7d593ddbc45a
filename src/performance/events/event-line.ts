import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { SERVICE_VERSION } from '../../common/service-version';
import { auditChannel, type AuditEvent } from '../../http';
import { poolBreakerChanges, type PoolBreakerChange, poolStateChanges, type PoolStateChange } from '../../pools';

export const EVENT_KINDS = ['start', 'change', 'pool', 'breaker'] as const;

/** Something that may explain what charts show. */
export interface ServiceEvent {
  /** Counts up; the events of one copy have no gaps. */
  readonly id: number;
  readonly atMs: number;
  readonly kind: (typeof EVENT_KINDS)[number];
  /** In a few words. */
  readonly what: string;
  /** Who did it, where somebody did. */
  readonly who: string | undefined;
}

/** Events that are kept; the oldest make room. */
const MOST_EVENTS = 1_000;
const MOST_CHARACTERS = 300;

/** What has happened in this copy since its start: changes over HTTP, servers that went and came back. */
@Injectable()
export class EventLine implements OnModuleInit, OnModuleDestroy {
  private readonly kept: ServiceEvent[] = [];
  private next = 1;
  private readonly listeners: readonly (readonly [string, (message: unknown) => void])[] = [
    [auditChannel.name as string, (event) => this.changed(event as AuditEvent)],
    [poolStateChanges.name as string, (change) => this.poolChanged(change as PoolStateChange)],
    [poolBreakerChanges.name as string, (change) => this.breakerChanged(change as PoolBreakerChange)],
  ];

  constructor(private readonly clock: Clock) {}

  onModuleInit(): void {
    this.add('start', `performance-gateway ${SERVICE_VERSION} has started`);
    for (const [name, listener] of this.listeners) subscribe(name, listener);
  }

  onModuleDestroy(): void {
    for (const [name, listener] of this.listeners) unsubscribe(name, listener);
  }

  /** The newest `limit` events between two times (Unix ms, both included), oldest first. */
  between(fromMs: number, untilMs: number, limit: number): readonly ServiceEvent[] {
    return this.kept.filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs).slice(-limit);
  }

  private changed({ action, target, who }: AuditEvent): void {
    this.add('change', `${action} ${target}`, who);
  }

  private poolChanged({ pool, endpoint, from, to, error }: PoolStateChange): void {
    // The first state seen is no change of anything, unless it is bad.
    if (from === undefined && to === 'up') return;
    const name = endpoint === pool ? pool : `${pool} ${endpoint}`;
    this.add('pool', `${name} is ${to}${error === undefined ? '' : `: ${error}`}`);
  }

  private breakerChanged({ pool, endpoint, route, to }: PoolBreakerChange): void {
    const name = [...new Set([pool, endpoint, route])].filter((part) => part !== undefined).join(' ');
    this.add('breaker', `the breaker of ${name} is ${to.replaceAll('_', ' ')}`);
  }

  private add(kind: ServiceEvent['kind'], what: string, who?: string): void {
    this.kept.push({ id: this.next++, atMs: this.clock.now(), kind, what: what.slice(0, MOST_CHARACTERS), who });
    if (this.kept.length > MOST_EVENTS) this.kept.shift();
  }
}
