import { Inject } from '@nestjs/common';

/** Where Nest keeps a pool by its name; in a test, provide a stand-in for it. */
export const poolToken = (name: string): string => `performance-gateway:pool:${name}`;

/**
 * Injects one pool by its name: `@InjectPool('reports') reports: PostgresPool`. The names are those of the options;
 * with `PoolsModule.forRootAsync` list them beside `useFactory`, as `names: ['reports']`.
 */
export const InjectPool = (name: string): ParameterDecorator & PropertyDecorator => Inject(poolToken(name));
