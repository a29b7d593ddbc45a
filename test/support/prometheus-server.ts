import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually';
import { freePort } from './free-port';

const run = promisify(execFile);

/** A real Prometheus of a test's own, on data that was made before it started. */
export class PrometheusServer {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  /** Loads samples with `promtool tsdb create-blocks-from openmetrics` and starts `prometheus` from PATH on them. */
  static async start(openMetrics: string): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    const text = join(folder, 'samples.txt');
    await writeFile(text, openMetrics);
    await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', text, join(folder, 'data')]);
    return PrometheusServer.launch(folder, {});
  }

  /** Starts `prometheus` from PATH with nothing but what it scrapes: `scrape_configs` as in its documentation. */
  static async scraping(scrapeConfigs: readonly object[]): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    return PrometheusServer.launch(folder, { scrape_configs: scrapeConfigs });
  }

  /** The same, and everything it scrapes is also sent to a remote-write endpoint. */
  static async writingTo(url: string, token: string, scrapeConfigs: readonly object[]): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    const remoteWrite = { url, authorization: { credentials: token }, queue_config: { batch_send_deadline: '1s' } };
    return PrometheusServer.launch(folder, { scrape_configs: scrapeConfigs, remote_write: [remoteWrite] });
  }

  /** The same with rules, which sends its alerts to an Alertmanager: `alertmanager_config` as in its documentation. */
  static async alerting(rules: object, alertmanager: object): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    const file = join(folder, 'rules.yml');
    await writeFile(file, JSON.stringify(rules));
    return PrometheusServer.launch(folder, { rule_files: [file], alerting: { alertmanagers: [alertmanager] } });
  }

  private static async launch(folder: string, configuration: object): Promise<PrometheusServer> {
    const config = join(folder, 'prometheus.yml');
    await writeFile(config, JSON.stringify(configuration)); // which is YAML, too
    const port = await freePort();
    const process = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        '--storage.tsdb.retention.time=99y',
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
        '--enable-feature=exemplar-storage',
        '--rules.alert.resend-delay=1s', // it finds its Alertmanagers only after the first alerts
        '--log.level=error',
      ],
      { stdio: 'ignore' },
    );
    const server = new PrometheusServer(port, folder, process);
    await eventually('Prometheus is ready', async () => (await fetch(`${server.url}/-/ready`)).ok, {
      timeoutMs: 30_000,
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
    await rm(this.folder, { recursive: true, force: true });
  }
}
