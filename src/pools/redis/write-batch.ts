import type { Redis } from 'ioredis';

/** In-flight commands from which on a batch waits for the end of the poll phase, not only of the current callback. */
const BUSY_FROM = 8;

/**
 * Joins the commands of one turn of the event loop into one write, because a system call for each command is what
 * limits a single connection. A command that is alone goes without; ioredis's own autopipelining would make it wait
 * for the next turn and wrap it in a second promise.
 *
 * Passed to ioredis as the `stream` of a command, it takes the place of a pipeline.
 */
export class WriteBatch {
  readonly isPipeline = true as const;
  readonly destination: { readonly redis: Redis };
  private readonly flushLater = () => this.flush();
  private text = '';
  private buffers: Buffer[] | undefined;
  private socket: Redis['stream'] | undefined;

  constructor(private readonly redis: Redis) {
    this.destination = { redis };
  }

  /** Nothing waits to be written, so that a command that is alone needs no batch. */
  get isEmpty(): boolean {
    return this.socket === undefined;
  }

  /** Called by ioredis once for every command, before it is added to the queue of those in flight. */
  write(data: string | Buffer): void {
    const inFlight = this.redis.commandQueue.length;
    if (this.socket === undefined) {
      this.socket = this.redis.stream;
      if (inFlight >= BUSY_FROM) setImmediate(this.flushLater);
      else process.nextTick(this.flushLater);
    }
    if (typeof data === 'string') {
      this.text += data;
      return;
    }
    this.buffers ??= [];
    this.moveTextToBuffers(this.buffers);
    this.buffers.push(data);
  }

  /** Writes what has been collected. To be called before anything else is written to the socket, to keep the order. */
  flush(): void {
    const { socket, text, buffers } = this;
    if (socket === undefined) return;
    this.socket = undefined;
    // Only to the socket they were collected for. After a reconnect the commands are already rejected, so the new socket
    // must not get them.
    if (socket.writable) {
      if (buffers) {
        this.moveTextToBuffers(buffers);
        socket.write(Buffer.concat(buffers));
      } else socket.write(text);
    }
    this.text = '';
    this.buffers = undefined;
  }

  private moveTextToBuffers(buffers: Buffer[]): void {
    if (this.text !== '') buffers.push(Buffer.from(this.text));
    this.text = '';
  }
}
