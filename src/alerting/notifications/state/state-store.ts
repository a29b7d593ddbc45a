/** One value that all copies share; `null` is one that was taken away. */
export interface StateEntry {
  readonly kind: string;
  readonly id: string;
  readonly value: object | null;
}

/** Something that happened, for the history. */
export interface NotificationEvent {
  /** Unix ms. */
  readonly atMs: number;
  readonly kind: 'delivery' | 'silence' | 'acknowledgement' | 'maintenance';
  /** The alerts that it is about, by name; the history is filtered by it. */
  readonly alertnames: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Where what must survive this process is kept. */
export abstract class StateStore {
  /** Whether it outlives this process, and others see it. */
  abstract readonly isShared: boolean;
  /** Keeps them as they are. @throws when it cannot: nothing is kept then */
  abstract write(entries: readonly StateEntry[], events: readonly NotificationEvent[]): Promise<void>;
  /** What was written since the last time it was asked, by anybody. @throws when it cannot be said now */
  abstract changes(): Promise<readonly StateEntry[]>;
  /** The latest first, before the cursor. @throws when they cannot be read now */
  abstract events(query: EventQuery): Promise<EventPage>;
  /** Forgets events that are older (Unix ms), and what was taken away long ago. */
  abstract purge(beforeMs: number): Promise<void>;
}

export interface EventQuery {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: NotificationEvent['kind'] | undefined;
  readonly alertname: string | undefined;
  readonly limit: number;
  /** Of the page before. */
  readonly before: number | undefined;
}

export interface EventPage {
  readonly events: readonly NotificationEvent[];
  /** Where the next page goes on; `undefined` after the last. */
  readonly next: number | undefined;
}
