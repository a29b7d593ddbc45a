import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { ROOM_PACKAGES } from '../../src/common/room-packages';

const dist = join(__dirname, '../../dist');
/** What every application has. */
const NEST = ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs', 'tslib'];
/** Loaded in the checkout alone: in the published package where it is installed (src/common/openapi.ts). */
const SWAGGER = '@nestjs/swagger';

const ENTRIES = ['cache', 'pools', 'database', 'monitoring', 'alerting', 'performance', '.'];

/** The packages that an import of the entry loads at once, whatever the application then uses. */
function loadedBy(entry: string): string[] {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const queue = [join(dist, entry, 'index.js')];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    // At the beginning of a line: what is loaded later stands inside of a function.
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/^(?:\S.*)?\brequire\("([^"]+)"\)/gm)) {
      const path = resolve(dirname(file), name!);
      if (!name!.startsWith('.'))
        packages.add(name!.split('/').slice(0, name!.startsWith('@') ? 2 : 1).join('/')); // prettier-ignore
      else queue.push(existsSync(`${path}.js`) ? `${path}.js` : join(path, 'index.js'));
    }
  }
  expect(seen.size).toBeGreaterThan(15);
  return [...packages].filter((name) => !name.startsWith('node:') && !builtinModules.includes(name));
}

it.each(ENTRIES)('an import of %s loads only Nest and what the room says it cannot do without', (entry) => {
  const name = entry === '.' ? 'performance-gateway' : `performance-gateway/${entry}`;
  const needed: readonly string[] = ROOM_PACKAGES[name as keyof typeof ROOM_PACKAGES] ?? [];
  const known = new Set([...NEST, SWAGGER, ...needed]);
  expect(loadedBy(entry).filter((each) => !known.has(each))).toEqual([]);
});

it('the package, and not its source, is what is looked at', () => {
  expect(loadedBy('monitoring')).toContain('prom-client');
});
