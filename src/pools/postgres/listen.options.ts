/** What NOTIFY sent. */
export interface PostgresMessage {
  readonly channel: string;
  /** Empty where NOTIFY gave none. */
  readonly payload: string;
  /** The process of the server that sent it. */
  readonly processId: number;
}

/** A time in which nobody listened. */
export interface ListenGap {
  readonly channel: string;
  /** When the connection was found to be lost, in ms since the Unix epoch; what was lost may have been sent earlier. */
  readonly lostAtMs: number;
  /** Why it was lost. */
  readonly error: unknown;
}

export type OnMessage = (payload: string, message: PostgresMessage) => unknown;

export interface ListenOptions {
  /**
   * Called after the connection was lost, as soon as messages come again: some may have been missed, so read anew what
   * they tell of.
   */
  readonly onGap?: ((gap: ListenGap) => unknown) | undefined;
  /** Ends the subscription. */
  readonly signal?: AbortSignal | undefined;
}

/** From `listen()` until it is closed; `await using` closes it. */
export interface PostgresSubscription extends AsyncDisposable {
  readonly channel: string;
  /** No message is delivered after the call. */
  close(): Promise<void>;
}
