import { traceParentFrom } from './trace-parent';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

describe('traceParentFrom', () => {
  it.each([
    ['01', true],
    ['00', false],
    ['03', true],
    ['02', false],
  ])('reads the ids and the flags %s', (flags, sampled) => {
    expect(traceParentFrom(`00-${TRACE}-${PARENT}-${flags}`)).toEqual({ traceId: TRACE, parentId: PARENT, sampled });
  });

  it('takes a later version, with or without what it adds', () => {
    expect(traceParentFrom(`cc-${TRACE}-${PARENT}-01`)?.traceId).toBe(TRACE);
    expect(traceParentFrom(`cc-${TRACE}-${PARENT}-01-what-comes`)?.traceId).toBe(TRACE);
  });

  it.each([
    undefined,
    '',
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE}-${PARENT}-01-`,
    `00-${TRACE}-${PARENT}`,
    `cc-${TRACE}-${PARENT}-01x`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.slice(1)}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-zz`,
    `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
    [`00-${TRACE}-${PARENT}-01`],
  ])('takes %j for none', (header) => {
    expect(traceParentFrom(header)).toBeUndefined();
  });
});
