import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const folder = join(__dirname, '../deploy/kubernetes');
const read = (file: string) => parse(readFileSync(join(folder, file), 'utf8')) as Manifest;

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Record<string, unknown>;
}

/** What is wrong with each manifest by the schema of its kind; null: nothing. */
function problemsOf(...manifests: Manifest[]): (string | null)[] {
  const script = join(__dirname, 'fixtures/validate-manifests.mjs');
  return JSON.parse(execFileSync(process.execPath, [script, JSON.stringify(manifests)], { encoding: 'utf8' })) as [];
}

describe('deploy/kubernetes', () => {
  const { resources, images } = read('kustomization.yaml') as unknown as {
    resources: string[];
    images: { name: string; newTag: string }[];
  };

  it('lists every manifest of the folder, and the version of the package', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml');
    expect(resources.toSorted()).toEqual(files.toSorted());
    const { version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as { version: string };
    expect(images).toEqual([{ name: 'performance-gateway', newTag: version }]);
  });

  it('fits the schemas of Kubernetes and of the Prometheus Operator', () => {
    const manifests = resources.map(read);
    expect(problemsOf(...manifests)).toEqual(resources.map(() => null));
    const wrong = { selector: 1, podSelector: 1, scaleTargetRef: 1 };
    const spoilt = structuredClone(manifests);
    for (const one of spoilt) Object.assign(one.spec, wrong);
    for (const problem of problemsOf(...spoilt)) {
      expect(problem).not.toBeNull(); // or the check would prove nothing
    }
  });
});
