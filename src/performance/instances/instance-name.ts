import { hostname } from 'node:os';
import type { FactoryProvider } from '@nestjs/common';
import { Instance } from '../../copies';

/** The injection token of the name of this copy, which bodies of statistics carry. */
export const INSTANCE_NAME = Symbol('name of this copy');

/** Other applications have no names for their copies: there it is that of the host. */
export const instanceName: FactoryProvider<string> = {
  provide: INSTANCE_NAME,
  inject: [{ token: Instance, optional: true }],
  useFactory: (instance?: Instance) => instance?.id ?? hostname(),
};
