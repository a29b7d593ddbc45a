import { ModuleOptionsError } from '../common/settings/settings.errors';
import { type MonitoringModuleOptions, resolveMonitoringOptions } from './monitoring.module-definition';

describe('the options of MonitoringModule', () => {
  it.each<[unknown, string]>([
    [{ sampleIntervalMs: 0 }, 'sampleIntervalMs must be a whole number from 100 to 3600000, not 0'],
    [{ sampleIntervalMs: '10s' }, "sampleIntervalMs must be a whole number from 100 to 3600000, not '10s'"],
    [{ sampleIntervalMs: Number.NaN }, 'sampleIntervalMs must be a whole number from 100 to 3600000, not NaN'],
    [{ sampleIntervalMs: 60_000, retentionMs: 5_000 }, 'sampleIntervalMs must be at most retentionMs, 5000, not 60000'],
    [{ retentionMs: -1 }, 'retentionMs must be a whole number from 1000 to 31536000000, not -1'],
    [{ maxSeriesPerKind: 0 }, 'maxSeriesPerKind must be a whole number from 1 to 1000000, not 0'],
    [{ memoryLimitBytes: 64 }, 'memoryLimitBytes must be a whole number from 1048576 to 1048576000000, not 64'],
    [
      { durationBucketsMs: [5, 1] },
      'durationBucketsMs must be 1 to 100 numbers of ms, ascending, above 0 and at most 3600000',
    ],
    [{ durationBucketsMs: [] }, 'durationBucketsMs must be 1 to 100 numbers of ms'],
    [{ instance: '' }, "instance must be a text, not ''"],
    [{ systemRoot: 5 }, 'systemRoot must be a text, not 5'],
    [
      { interval: 5 },
      'there is no option interval; there are sampleIntervalMs, retentionMs, maxSeriesPerKind, maxSeriesPerMetric, durationBucketsMs, memoryLimitBytes, queryMemoryLimitBytes, instance, journalDir, remoteWrite, systemRoot',
    ],
  ])('cannot be %j', (given, problem) => {
    const resolve = () => resolveMonitoringOptions(given as MonitoringModuleOptions);
    expect(resolve).toThrow(ModuleOptionsError);
    expect(resolve).toThrow(`MonitoringModule.forRoot(): ${problem}`);
  });

  it('keep their defaults where undefined is given', () => {
    expect(resolveMonitoringOptions({ sampleIntervalMs: undefined })).toEqual(resolveMonitoringOptions({}));
  });
});
