import type { EventEmitter } from 'node:events';

type Listener = (...parameters: never[]) => void;
type Attached = (...parameters: unknown[]) => void;

/** The listeners that a borrower has put on a client; they are taken off when the lease is over. */
export class LeaseListeners {
  private entries: { readonly event: string; readonly listener: Listener; readonly attached: Attached }[] = [];

  constructor(private readonly client: EventEmitter) {}

  add(event: string, listener: Listener): void {
    this.attach(event, listener, listener as Attached);
  }

  addOnce(event: string, listener: Listener): void {
    this.attach(event, listener, (...parameters) => {
      this.remove(event, listener);
      (listener as Attached)(...parameters);
    });
  }

  remove(event: string, listener: Listener): void {
    const at = this.entries.findLastIndex((entry) => entry.event === event && entry.listener === listener);
    const [entry] = at < 0 ? [] : this.entries.splice(at, 1);
    if (entry !== undefined) this.client.off(event, entry.attached);
  }

  /** Those of one event, or all. */
  removeAll(event?: string): void {
    for (const entry of this.entries.slice()) {
      if (event === undefined || entry.event === event) this.remove(entry.event, entry.listener);
    }
  }

  of(event: string): Listener[] {
    return this.entries.filter((entry) => entry.event === event).map(({ listener }) => listener);
  }

  private attach(event: string, listener: Listener, attached: Attached): void {
    this.entries.push({ event, listener, attached });
    this.client.on(event, attached);
  }
}
