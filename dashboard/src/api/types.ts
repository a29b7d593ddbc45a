// What the service answers, by the names its OpenAPI document has.
import type { components } from './openapi';

type Schemas = components['schemas'];
export type Dashboard = Schemas['Dashboard'];
export type Alert = Schemas['Alert'];
export type AlertEvent = Schemas['AlertEvent'];
export type Pool = Schemas['Pool'];
export type Statements = Schemas['Statements'];
export type CacheAnswer = Schemas['Cache'];
export type CacheEntries = Schemas['CacheEntries'];
export type CacheInvalidated = Schemas['CacheInvalidated'];
export type BenchmarkRun = Schemas['BenchmarkRun'];
export type BenchmarkScenarios = Schemas['BenchmarkScenarios'];
export type AlertDelivery = Schemas['AlertDelivery'];
