import type { Clock } from '../common/clock';

interface Entry {
  readonly value: string;
  /** Unix milliseconds. */
  readonly expiresMs: number;
}

/** The commands for texts that most applications send, over a map; names and answers are those of ioredis. */
export class InMemoryRedis {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly clock: Clock) {}

  async ping(): Promise<'PONG'> {
    return 'PONG';
  }

  async get(key: string): Promise<string | null> {
    return this.entryOf(key)?.value ?? null;
  }

  async mget(...keys: readonly (string | readonly string[])[]): Promise<(string | null)[]> {
    return Promise.all(keys.flat().map((key) => this.get(key)));
  }

  /** @param options `EX` seconds or `PX` milliseconds, `NX`, `XX`, `KEEPTTL`, as Redis takes them */
  async set(key: string, value: string | number, ...options: readonly (string | number)[]): Promise<'OK' | null> {
    const names = options.map((option) => String(option).toUpperCase());
    const after = (name: string): number => Number(options[names.indexOf(name) + 1]);
    const before = this.entryOf(key);
    if ((names.includes('NX') && before !== undefined) || (names.includes('XX') && before === undefined)) return null;
    let expiresMs = names.includes('KEEPTTL') ? (before?.expiresMs ?? Infinity) : Infinity;
    if (names.includes('EX')) expiresMs = this.clock.now() + after('EX') * 1_000;
    if (names.includes('PX')) expiresMs = this.clock.now() + after('PX');
    this.entries.set(key, { value: String(value), expiresMs });
    return 'OK';
  }

  async setex(key: string, seconds: number, value: string | number): Promise<'OK' | null> {
    return this.set(key, value, 'EX', seconds);
  }

  async del(...keys: readonly (string | readonly string[])[]): Promise<number> {
    const present = keys.flat().filter((key) => this.entryOf(key) !== undefined);
    return present.filter((key) => this.entries.delete(key)).length;
  }

  async exists(...keys: readonly string[]): Promise<number> {
    return keys.filter((key) => this.entryOf(key) !== undefined).length;
  }

  async incr(key: string): Promise<number> {
    return this.incrby(key, 1);
  }

  async decr(key: string): Promise<number> {
    return this.incrby(key, -1);
  }

  async incrby(key: string, by: number): Promise<number> {
    const entry = this.entryOf(key);
    const value = Number(entry?.value ?? 0) + Number(by);
    if (!Number.isSafeInteger(value)) throw new Error('ERR value is not an integer or out of range');
    this.entries.set(key, { value: String(value), expiresMs: entry?.expiresMs ?? Infinity });
    return value;
  }

  async expire(key: string, seconds: number): Promise<number> {
    return this.pexpire(key, seconds * 1_000);
  }

  async pexpire(key: string, ms: number): Promise<number> {
    const entry = this.entryOf(key);
    if (entry === undefined) return 0;
    this.entries.set(key, { ...entry, expiresMs: this.clock.now() + ms });
    return 1;
  }

  async pttl(key: string): Promise<number> {
    const entry = this.entryOf(key);
    if (entry === undefined) return -2;
    return entry.expiresMs === Infinity ? -1 : entry.expiresMs - this.clock.now();
  }

  async ttl(key: string): Promise<number> {
    const ms = await this.pttl(key);
    return ms < 0 ? ms : Math.round(ms / 1_000);
  }

  async flushall(): Promise<'OK'> {
    this.entries.clear();
    return 'OK';
  }

  private entryOf(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.expiresMs > this.clock.now()) return entry;
    this.entries.delete(key);
    return undefined;
  }
}
