import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a webhook got. */
export interface ReceivedNotification {
  readonly status: string;
  readonly receiver: string;
  readonly groupKey: string;
  readonly externalURL: string;
  readonly groupLabels: Record<string, string>;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Record<string, string>;
    readonly annotations: Record<string, string>;
    readonly startsAt: string;
    readonly endsAt: string;
  }[];
  readonly headers: IncomingMessage['headers'];
  readonly atMs: number;
}

/** A server of a test that alerts are told to. */
export class WebhookReceiver {
  readonly received: ReceivedNotification[] = [];
  /** What it answers next, for each request; by default that all is well. */
  answer: (path: string) => { readonly status: number; readonly headers?: Record<string, string> } | 'hang' = () => ({
    status: 200,
  });

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new WebhookReceiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const answer = receiver.answer(request.url!);
        if (answer === 'hang') return;
        if (answer.status < 300) {
          const body = JSON.parse(Buffer.concat(chunks).toString()) as ReceivedNotification;
          receiver.received.push({ ...body, headers: request.headers, atMs: Date.now() });
        }
        response.writeHead(answer.status, answer.headers).end();
      });
    });
    return receiver;
  }

  /** `firing X, Y` for each notification. */
  get lines(): string[] {
    return this.received.map(
      ({ status, alerts }) => `${status} ${alerts.map(({ labels }) => labels.alertname).join(', ')}`,
    );
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
