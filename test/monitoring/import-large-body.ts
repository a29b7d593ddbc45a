// In a small process: how long an import of 16 MB keeps the event loop, and whether others are answered meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { startApp } from '../support/app';
import { longestHold } from '../support/longest-hold';
import { asAdmin } from '../support/test-config';

async function importLargeBody(): Promise<unknown> {
  const app = await startApp({ METRICS_SAMPLE_INTERVAL_SECONDS: '1' });
  const now = Date.now();
  const lines = ['# TYPE load gauge'];
  for (let i = 0, bytes = 0; bytes < 15_500_000; i++) {
    const line = `load{instance="host-${i % 40}.example.org",job="import"} ${i} ${now - 3_600_000 + Math.floor(i / 40)}`;
    bytes += line.length + 1;
    lines.push(line);
  }
  const over = new AbortController();
  const importing = request(app.getHttpServer())
    .post('/performance/metrics/import')
    .set(asAdmin)
    .set('content-type', 'text/plain')
    .serialize((sent) => sent as string)
    .send(lines.join('\n'))
    .then(({ body }) => {
      over.abort();
      return body as Record<string, unknown>;
    });
  let answeredMeanwhile = 0;
  const heldMs = await longestHold(async () => {
    while (!over.signal.aborted) {
      await request(app.getHttpServer()).get('/livez').expect(200);
      if (!over.signal.aborted) answeredMeanwhile++;
      await sleep(50); // probes in a closed loop would keep the import waiting
    }
  });
  const { samples, series, problems } = await importing;
  await app.close();
  return { heldMs, answeredMeanwhile, sent: lines.length - 1, samples, series, problems };
}

void importLargeBody().then((answer) => process.stdout.write(JSON.stringify(answer)));
