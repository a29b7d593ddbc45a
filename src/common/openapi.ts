import { isInstalled } from './optional-package';

type Decorator = (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => void;

/** What Swagger calls the media types that a handler takes; our routes read it as well. */
const API_CONSUMES = 'swagger/apiConsumes';

/** The decorators without Swagger: they describe nothing, and only say what a handler takes. */
const withoutSwagger = new Proxy({} as Record<string, (...args: readonly unknown[]) => Decorator>, {
  get: (_target, name) => (name === 'ApiConsumes' ? consumes : describesNothing),
});

function consumes(...types: readonly unknown[]): Decorator {
  return (_target, _key, descriptor) => Reflect.defineMetadata(API_CONSUMES, types, descriptor?.value as object);
}

const describesNothing = (): Decorator => () => undefined;

// The published package loads it in place of @nestjs/swagger (scripts/published-package.mjs), which is large and which an
// application without a description of its API has no use for. The plugin of the compiler names that package itself.
export = isInstalled('@nestjs/swagger')
  ? (require('@nestjs/swagger') as typeof import('@nestjs/swagger'))
  : withoutSwagger;
