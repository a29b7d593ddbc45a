/** What was seen of one fault, by clients that went on asking three copies through a balancer. */
export interface SeenFault {
  readonly name: string;
  readonly answers: number;
  readonly changes: number;
  /** Changes that were answered with 503. */
  readonly refused: number;
  readonly longestMs: number;
  /** From the end of the fault until every copy is well and takes changes. */
  readonly backMs: number;
  /** Samples that the copy with the fewest has of the time of the fault, one a second. */
  readonly samples: number;
  readonly seconds: number;
}

const STEPS_SECONDS = [0.1, 0.5, 1, 2, 5, 10, 20];

/** In steps, so that the page changes only when something does. */
function atMost(ms: number): string {
  const step = STEPS_SECONDS.find((seconds) => ms <= seconds * 1_000);
  return step === undefined ? `${Math.ceil(ms / 1_000)} s` : `${step} s`;
}

const refusedOf = ({ refused, changes }: SeenFault): string => {
  if (refused === 0) return 'nothing';
  const share = refused / changes;
  return `503 for ${share > 0.75 ? 'most' : share > 0.25 ? 'some' : 'few'} changes`;
};

/** `docs/faults.md`, from what the tests of faults have seen. */
export function faultsPage(faults: readonly SeenFault[]): string {
  const rows = faults.map(
    (fault) =>
      `| ${fault.name} | ${refusedOf(fault)} | ${atMost(fault.longestMs)} | ${atMost(fault.backMs)} | ${fault.samples} of ${fault.seconds} |`,
  );
  return `# Faults

What clients see when the database fails, written by \`npm run test:faults -- --long\`. Three copies share one PostgreSQL; for as long as each fault lasts (${faults[0]!.seconds} s) and until it is over, clients ask them through a balancer ten times a second: reads, scrapes, queries, values for a metric, and changes of a pool that hold for all copies.

- **No process ends**, no answer is a 5xx but 503, and no read, query or value is refused.
- **Changes** over HTTP hold for all copies or are refused with 503 \`SHARED_STATE_UNAVAILABLE\`. Afterwards all copies have the same.
- **Samples** are kept in memory, and written when the database takes them again.

| the database | a client saw | longest wait, at most | all is well again after, at most | samples kept, one a second |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

Other faults, each with a test: copies that are killed or replaced (\`test/copies\`), a clock that is set by a year (\`test/faults/set-clock.e2e-spec.ts\`), the costliest requests in a container of 512 MB (\`test/faults/soak.e2e-spec.ts\`), ten minutes of every kind of request (\`test/faults/steady.e2e-spec.ts\`), bodies that are broken, late or endless (\`test/http/broken-bodies.e2e-spec.ts\`), a PostgreSQL, a Redis or an upstream that fails under a pool (\`test/pools\`), a Redis that fails under the cache (\`test/cache\`).
`;
}
