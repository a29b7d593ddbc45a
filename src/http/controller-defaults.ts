import { type CanActivate, type Type, UseGuards, UseInterceptors, UsePipes } from '@nestjs/common';
import { AnswerInterceptor, answerHere } from './answer.interceptor';
import { DeclaredInputGuard } from './declared-input.guard';
import { ProblemFilter } from './problem.filter';
import { ValidationPipe } from './validation.pipe';

// Where Nest keeps what `@UseFilters` said; it does not export the name.
const EXCEPTION_FILTERS = '__exceptionFilters__';

/**
 * The controllers with validation, answers and problem details of their own, for a host application that has neither globally
 * or has its own: its other routes stay as they are. They are subclasses with the names of the originals, which stay
 * as they are for the next module, and so do routes and the ids of OpenAPI. Not for an application that calls
 * `configureHttp`, which would validate (and so transform) twice.
 */
export function withHttpDefaults(controllers: readonly Type[]): Type[] {
  return subclassesOf(controllers, (own, controller) => {
    // First, which Nest asks last: a controller's own filters know better how their clients read an error.
    const filters: unknown[] = Reflect.getMetadata(EXCEPTION_FILTERS, controller) ?? [];
    Reflect.defineMetadata(EXCEPTION_FILTERS, [ProblemFilter, ...filters], own);
    UsePipes(ValidationPipe)(own);
    UseGuards(DeclaredInputGuard)(own);
    UseInterceptors(AnswerInterceptor)(own);
    answerHere(own);
  });
}

/** The controllers behind a guard of their own, before all others they have. */
export function withGuard(controllers: readonly Type[], guard: Type<CanActivate>): Type[] {
  return subclassesOf(controllers, (own) => {
    UseGuards(guard)(own);
  });
}

function subclassesOf(controllers: readonly Type[], decorate: (own: Type, controller: Type) => void): Type[] {
  return controllers.map((controller) => {
    const { name } = controller;
    const { [name]: own } = { [name]: class extends controller {} } as { readonly [name: string]: Type };
    decorate(own!, controller);
    return own!;
  });
}
