import { type Type, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { DeclaredInputGuard } from './declared-input.guard';
import { ProblemFilter } from './problem.filter';
import { ValidationPipe } from './validation.pipe';

/**
 * Puts validation and problem details on the controllers themselves, for a host application that has neither globally
 * or has its own: its other routes stay as they are. Not for an application that calls `configureDoor`, which would
 * validate (and so transform) twice.
 */
export function giveOwnDoor(controllers: readonly Type[]): void {
  for (const controller of controllers) {
    UseFilters(ProblemFilter)(controller);
    UsePipes(ValidationPipe)(controller);
    UseGuards(DeclaredInputGuard)(controller);
  }
}
