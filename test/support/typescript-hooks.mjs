// Lets Node load the TypeScript files of this project, compiled as Jest compiles them: `node --import typescript-hooks.mjs`.
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';

const HAS_ENDING = /\.(c|m)?(j|t)s(on)?$/;

registerHooks({
  resolve(specifier, context, next) {
    const lacksEnding = specifier.startsWith('.') && !HAS_ENDING.test(specifier);
    if (!lacksEnding || !context.parentURL?.endsWith('.ts')) return next(specifier, context);
    const isFile = existsSync(new URL(`${specifier}.ts`, context.parentURL));
    return next(isFile ? `${specifier}.ts` : `${specifier}/index.ts`, context);
  },
  load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context);
    return { format: 'commonjs', shortCircuit: true, source: transformFileSync(fileURLToPath(url)).code };
  },
});
