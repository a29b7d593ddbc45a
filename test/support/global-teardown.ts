import { rmSync } from 'node:fs';

/** Removes the data folders of the services under test. */
export default function globalTeardown(): void {
  rmSync(process.env.TEST_FOLDER!, { recursive: true, force: true });
}
