import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';
import { dataFolder, ServiceProcess } from '../support/service-process';
import { WebhookReceiver } from '../support/webhook-receiver';

/** `npm run test:faults -- --long`: at many more moments. */
const KILLS = process.env.TEST_FAULTS === 'long' ? 24 : 3;
const INTERVAL_MS = 1_000;
const FOR_MS = 4_000;
const KEPT_MS = 4_000;
/** From the first evaluation to the end, without a kill. */
const WHOLE_MS = FOR_MS + 2_000 + KEPT_MS;
/** Intervals after a start in which what is not seen is not yet over. */
const GRACE_MS = 3 * INTERVAL_MS;

interface Transition {
  readonly at: string;
  readonly to: string;
  readonly lastedSeconds: number | null;
  readonly deliveries: readonly { readonly outcome: string }[];
}

describe('alerts of a process that is killed', () => {
  let postgres: PostgresServer;
  let webhook: WebhookReceiver;
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let service: ServiceProcess;
  let killedAtMs = 0;

  const start = async () => {
    const config = join(folder.path, 'alertmanager.yml');
    await writeFile(
      config,
      `route: {receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: hook, webhook_configs: [{url: "${webhook.url}"}]}]
`,
    );
    service = await ServiceProcess.start(
      {
        POSTGRES_URL: postgres.url,
        INSTANCE: 'one',
        RATE_LIMIT_ENABLED: 'false',
        METRICS_SAMPLE_INTERVAL_SECONDS: '1',
        ALERTMANAGER_CONFIG: config,
        ALERT_CPU_WARNING_PERCENT: '100',
        ALERT_CPU_CRITICAL_PERCENT: '100',
      },
      folder.path,
    );
  };

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    webhook = await WebhookReceiver.start();
    folder = await dataFolder();
    await start();
  }, 60_000);
  afterAll(async () => {
    await service.kill('SIGKILL');
    await webhook.close();
    await postgres.close();
    await folder.remove();
  });

  /** Sends again what a killed process did not answer. */
  const call = (method: string, path: string, body?: object) =>
    eventually(
      path,
      async () => {
        const answer = await service.request(method, `/performance/alerts/${path}`, body);
        return answer.status === 200 ? { body: answer.body as unknown } : undefined;
      },
      { timeoutMs: 30_000, everyMs: 100 },
    );
  const set = (name: string, holds: boolean) =>
    call('PUT', 'rules/round', {
      interval: '1s',
      rules: [{ alert: name, expr: `vector(${Number(holds)}) == 1`, for: '4s', keep_firing_for: '4s' }],
    });
  const evaluatedAtMs = async () => {
    const { lastEvaluation } = (await call('GET', 'rules/round')).body as { lastEvaluation: string | null };
    return lastEvaluation === null ? 0 : Date.parse(lastEvaluation);
  };
  const transition = (name: string, to: string) =>
    eventually(
      `${name} is ${to}`,
      async () => ((await call('GET', `history?name=${name}`)).body as Transition[]).find((each) => each.to === to),
      { timeoutMs: 40_000, everyMs: 200 },
    );
  const receipts = (line: string) => webhook.received.filter((_each, at) => webhook.lines[at] === line);

  it(`go on where they stood, told once, at ${KILLS} random moments`, async () => {
    const late: number[] = [];
    for (let round = 0; round < KILLS; round++) {
      const name = `Round${round}`;
      await set(name, true);
      const beganAtMs = Date.parse((await transition(name, 'pending')).at);
      const switching = pause(Math.max(0, beganAtMs + FOR_MS + 2_000 - Date.now())).then(async () => {
        // Only what fires has something to keep: a kill before may have put that off.
        await transition(name, 'firing');
        await set(name, false);
        return Date.now();
      });
      // One in each part of the whole time, so that every phase has its kills.
      await pause(((round + Math.random()) / KILLS) * WHOLE_MS);
      const lastMs = await evaluatedAtMs();
      await service.kill('SIGKILL');
      killedAtMs = Date.now();
      await start();
      const firstMs = await eventually('it evaluates again', evaluatedAtMs, { timeoutMs: 30_000 });

      const fired = await transition(name, 'firing');
      const firedAtMs = Date.parse(fired.at);
      // The time without evaluations, where it lies between.
      const away = (fromMs: number, untilMs: number) =>
        fromMs < firstMs && firstMs <= untilMs ? firstMs - Math.max(lastMs, fromMs) : 0;
      late.push(firedAtMs - beganAtMs - FOR_MS - away(beganAtMs, firedAtMs));
      const switchedAtMs = await switching;
      const resolved = await transition(name, 'resolved');
      const overAtMs = Date.parse(resolved.at);
      const keptMs = overAtMs - switchedAtMs - KEPT_MS - away(switchedAtMs, overAtMs);
      // What was switched just before the kill, while nothing ran, or just after, is seen as such only after a while.
      const graceMs = switchedAtMs > lastMs - INTERVAL_MS && switchedAtMs < firstMs + GRACE_MS ? GRACE_MS : 0;
      expect(keptMs).toBeGreaterThanOrEqual(-2 * INTERVAL_MS);
      expect(keptMs).toBeLessThanOrEqual(2 * INTERVAL_MS + graceMs);

      await eventually('the end is told', () => receipts(`resolved ${name}`).length > 0, { timeoutMs: 30_000 });
      for (const state of ['firing', 'resolved']) {
        const line = `${state} ${name}`;
        const { deliveries } = await eventually('it is noted', async () => {
          const found = await transition(name, state);
          return receipts(line).length === 0 || found.deliveries.length > 0 ? found : undefined;
        });
        const told = receipts(line);
        // Where the kill fell into the telling, and it was over before that was tried again, the end says it all.
        if (told.length === 0) {
          expect([line, Math.abs(killedAtMs - firedAtMs) < 2_000]).toEqual([`firing ${name}`, true]);
          continue;
        }
        expect([line, deliveries.map(({ outcome }) => outcome)]).toEqual([line, ['told']]);
        // Sent and not noted: only a kill in between tells a second time.
        for (const { atMs } of told.slice(0, -1)) {
          expect([line, atMs <= killedAtMs && killedAtMs - atMs < 2_000]).toEqual([line, true]);
        }
      }
      const order = webhook.lines.filter((line) => line.endsWith(` ${name}`));
      expect(order.lastIndexOf(`firing ${name}`)).toBeLessThan(order.indexOf(`resolved ${name}`));
    }
    // One interval is lost when the kill comes between an evaluation and its saving, and one until the next evaluation.
    for (const each of late) expect(Math.abs(each)).toBeLessThanOrEqual(2 * INTERVAL_MS);
  }, 900_000);
});
