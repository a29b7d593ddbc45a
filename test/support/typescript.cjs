// Lets a process run the TypeScript of the tests, compiled as Jest compiles it: `node --require typescript.cjs file.ts`.
const { transformFileSync } = require('@swc/core');

require.extensions['.ts'] = (module, file) => module._compile(transformFileSync(file).code, file);
