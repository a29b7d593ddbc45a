// Runs a TypeScript file of the tests, compiled as Jest compiles it: `node run-typescript.mjs <file> [argument …]`.
import { createRequire } from 'node:module';

await import('./typescript-hooks.mjs');
process.argv.splice(1, 1); // the file finds its own arguments where it would without this one
createRequire(import.meta.url)(process.argv[1]);
