import { Controller, Injectable, Logger, Scope } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { CommonModule } from '../../common/common.module';
import { CacheModule } from '../cache.module';
import { CacheWarmer } from './cache-warmer.decorator';
import { CacheWarming } from './cache-warming';
import { WarmUp } from './warm-up';

const runs: string[] = [];

@Injectable()
class Lasting {
  @CacheWarmer({ name: 'lasting' })
  protected warm(): void {
    runs.push('lasting');
  }
}
@Controller()
class OfController {
  @CacheWarmer({ name: 'controller' })
  warm(): void {
    runs.push('controller');
  }
}
@Injectable({ scope: Scope.REQUEST })
class OfRequest {
  @CacheWarmer({ name: 'request' })
  warm(): void {
    runs.push('request');
  }
}
@Injectable({ scope: Scope.TRANSIENT })
class Transient {
  @CacheWarmer({ name: 'transient' })
  warm(): void {
    runs.push('transient');
  }
}
@Injectable()
class Unscheduled {
  @CacheWarmer({ name: 'unscheduled', cron: 'every day' })
  warm(): void {}
}

function moduleWith(...providers: NonNullable<Parameters<typeof Test.createTestingModule>[0]['providers']>) {
  const imports = [CommonModule, ScheduleModule.forRoot(), CacheModule.forRoot({ redis: false })];
  return Test.createTestingModule({ imports, providers, controllers: [OfController] }).compile();
}

describe('WarmerExplorer', () => {
  it('finds the warmers of what lives as long as the application, each once', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const module = await moduleWith(Lasting, { provide: 'alias', useExisting: Lasting }, OfRequest, Transient);
    await module.init();
    await module.get(CacheWarming).warmed;
    expect(runs.toSorted()).toEqual(['controller', 'lasting']);
    expect(warn.mock.calls.map(([message]) => message as unknown)).toEqual([
      expect.stringContaining(
        '@CacheWarmer() on OfRequest.warm never runs: its class is instantiated for every request',
      ),
      expect.stringContaining('@CacheWarmer() on Transient.warm never runs'),
    ]);
    await module.close();
    warn.mockRestore();
  });

  it('ends the start with an error that names the warmer whose schedule or name is wrong', async () => {
    const unscheduled = await moduleWith(Unscheduled);
    await expect(unscheduled.init()).rejects.toThrow('cron "every day" of the cache warmer "unscheduled"');
    const twice = await moduleWith(Lasting, { provide: 'other', useClass: Lasting });
    await expect(twice.init()).rejects.toThrow('two cache warmers "lasting"; rename one of them, or provide its class');
  });

  it('works at least one item at a time', async () => {
    const warmUp = new WarmUp(new AbortController().signal);
    await expect(warmUp.forEach([1], async () => 1, 0)).rejects.toThrow('concurrency of a warm-up must be');
  });
});
