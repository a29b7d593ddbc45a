// `npm start`: checks the runtime, builds if needed, and becomes the service.
import { requireRuntime } from './runtime.mjs';

requireRuntime();
const { buildIfStale, entry } = await import('./build-if-stale.mjs');
buildIfStale();
await import(entry);
