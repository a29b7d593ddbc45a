import { availableParallelism } from 'node:os';

const common = {
  rootDir: import.meta.dirname,
  testEnvironment: '<rootDir>/test/support/closing-environment.ts',
  transform: { '^.+\\.ts$': '@swc/jest' },
};

export default {
  // Real servers start in these tests, on machines that do other things too; what must be fast has bounds of its own.
  testTimeout: 30_000,
  // Most tests wait for servers rather than compute, so that two at a time are quicker also on two processors.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // Modules of finished tests stay in memory, some 2 GB in the end: a worker that has grown to this is replaced.
  workerIdleMemoryLimit: '1GB',
  projects: [
    { ...common, displayName: 'unit', roots: ['<rootDir>/src'], testRegex: '\\.spec\\.ts$' },
    {
      ...common,
      displayName: 'e2e',
      roots: ['<rootDir>/test'],
      testRegex: '\\.e2e-spec\\.ts$',
      globalSetup: '<rootDir>/test/support/global-setup.ts',
    },
  ],
};
