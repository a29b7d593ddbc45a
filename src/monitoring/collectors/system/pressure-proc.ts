import type { SmallFileReader } from './small-file-reader';
import { PRESSURE_RESOURCES, type PressureStall } from './system-sample';

const MICROSECONDS = 1_000_000;

/** Reads pressure stall information (kernel.org, accounting/psi), which `fileOf` finds for each resource. */
export function readPressure(files: SmallFileReader, fileOf: (resource: string) => string): PressureStall {
  const found = PRESSURE_RESOURCES.flatMap((resource) => {
    const text = files.read(fileOf(resource));
    const some = secondsOf('some', text);
    return some === undefined ? [] : [[resource, { some, full: secondsOf('full', text) ?? 0 }]];
  });
  return Object.fromEntries(found);
}

/** Of a line such as `some avg10=0.00 avg60=0.00 avg300=0.00 total=12345`. */
function secondsOf(share: 'some' | 'full', text: string | undefined): number | undefined {
  const line = text?.split('\n').find((each) => each.startsWith(`${share} `));
  const total = line === undefined ? -1 : line.lastIndexOf('total=');
  return total < 0 ? undefined : Number(line!.slice(total + 'total='.length)) / MICROSECONDS;
}
