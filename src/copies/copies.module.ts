import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Instance } from './instance';

/** The copies of the service: which one this is. */
@Global()
@Module({})
export class CopiesModule {
  static forRoot(instance: Instance): DynamicModule {
    return { module: CopiesModule, providers: [{ provide: Instance, useValue: instance }], exports: [Instance] };
  }
}
