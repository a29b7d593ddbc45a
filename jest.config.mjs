import { availableParallelism } from 'node:os';

const common = {
  rootDir: import.meta.dirname,
  testEnvironment: '<rootDir>/test/support/closing-environment.ts',
  transform: { '^.+\\.ts$': '@swc/jest' },
};

/**
 * The tests that kill, flood and fill services of their own run apart (`npm run test:faults`), two at a time: each starts
 * several processes, which beside all others would be too many.
 */
const FAULTS = ['<rootDir>/test/faults', '<rootDir>/test/copies'];
const faultsOnly = process.env.TEST_FAULTS !== undefined;
/** What takes minutes: `npm run test:faults -- --long`. */
const LONG = process.env.TEST_FAULTS === 'long' ? [] : ['<rootDir>/test/faults/long'];

export default {
  // Real servers start in these tests, on machines that do other things too; what must be fast has bounds of its own.
  testTimeout: 30_000,
  // Most tests wait for servers rather than compute, so that two at a time are quicker also on two processors.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // Modules of finished tests stay in memory, some 2 GB in the end: a worker that has grown to this is replaced.
  workerIdleMemoryLimit: '1GB',
  // A worker ends by itself at once when it is told to. On a busy machine it takes longer than Jest's half a second to be
  // told and to give back its memory; Jest would kill it then and call that a leak, of which there is none (see
  // test/support/closing-environment.ts).
  workerGracefulExitTimeout: 15_000,
  projects: [
    { ...common, displayName: 'unit', roots: ['<rootDir>/src'], testRegex: '\\.spec\\.ts$' },
    {
      ...common,
      displayName: 'e2e',
      roots: faultsOnly ? FAULTS : ['<rootDir>/test'],
      testRegex: '\\.e2e-spec\\.ts$',
      testPathIgnorePatterns: faultsOnly ? LONG : FAULTS,
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};
