/** For a test file: what is given to the answer is called after the test that gave it, the last first. */
export function undoAfterEach(): (undo: () => Promise<unknown>) => void {
  const undos: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const undo of undos.splice(0).toReversed()) await undo();
  });
  return (undo) => void undos.push(undo);
}
