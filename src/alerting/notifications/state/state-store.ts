/** One value that all copies share; `null` is one that was taken away. */
export interface StateEntry {
  readonly kind: string;
  readonly id: string;
  readonly value: object | null;
}

export const NOTIFICATION_EVENT_KINDS = ['delivery', 'muted', 'silence', 'acknowledgement', 'maintenance'] as const;
/** `muted`: a group was due and alerts were left out, since they are silenced, inhibited or in maintenance. */
export type NotificationEventKind = (typeof NOTIFICATION_EVENT_KINDS)[number];

/** Something that happened, for the history. */
export interface NotificationEvent {
  /** Unix ms. */
  readonly atMs: number;
  readonly kind: NotificationEventKind;
  /** The alerts that it is about, by name; the history is filtered by it. */
  readonly alertnames: readonly string[];
  /** The times that they fired (`occurrenceOf`), of many the first thousand: the history of an alert is joined by it. */
  readonly occurrences?: readonly string[];
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
  /** Those about any of the occurrences, the oldest first. @throws when they cannot be read now */
  abstract concerning(occurrences: readonly string[], limit: number): Promise<readonly NotificationEvent[]>;
  /** Forgets events that are older (Unix ms), and what was taken away long ago. */
  abstract purge(beforeMs: number): Promise<void>;
}

export interface EventQuery {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: NotificationEventKind | undefined;
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
