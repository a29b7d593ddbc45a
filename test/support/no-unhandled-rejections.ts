/** Fails a `describe` in which a promise was rejected without a handler. */
export function noUnhandledRejections(): void {
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);
  beforeAll(() => process.on('unhandledRejection', note));
  afterAll(() => {
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
  });
}
