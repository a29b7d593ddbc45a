import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../../../test/support/eventually';
import { ManualClock } from '../../testing/manual-clock';
import type { MonitoringOptions } from '../monitoring.module-definition';
import { CompressedSeriesStore } from '../series/compressed-series-store';
import { Labels } from '../series/labels';
import type { BlockTable } from '../series/persistence/block-table';
import { RemoteWriter } from './remote-writer';

const YEAR = 365 * 86_400_000;

describe('RemoteWriter', () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => void request.resume().on('end', () => response.writeHead(204).end()));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => new Promise((closed) => server.close(closed)));

  it('goes over the years that the clock is set ahead by in a few looks', async () => {
    const clock = new ManualClock();
    const limits = { retentionMs: 86_400_000, maxSeriesPerKind: 10, memoryLimitBytes: 1e8 };
    const store = new CompressedSeriesStore(limits, clock);
    const looks = jest.spyOn(store, 'select');
    const options = { remoteWrite: { url } } as MonitoringOptions;
    const writer = new RemoteWriter(options, store, { instance: 'a' } as BlockTable, clock);
    const tick = async () => {
      clock.advance(10_000);
      store.beginTick(clock.now());
      store.append(store.open(Labels.from({ __name__: 'm' }), 'gauge')!, clock.now(), 1);
      writer.sendUntil(clock.now());
      await eventually('it is sent', () => writer.lagMs === 0);
    };
    for (const stepMs of [0, 10 * YEAR, -10 * YEAR]) {
      clock.step(stepMs);
      await tick();
      await tick();
    }
    expect(writer.counts).toEqual({ sent: 6, dropped: 0, failures: 0 });
    expect(looks.mock.calls.length).toBeLessThan(40);
    await writer.beforeApplicationShutdown();
  });
});
