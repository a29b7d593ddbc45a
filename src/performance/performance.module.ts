import { Module } from '@nestjs/common';

/** The HTTP face of the rooms: controllers and their schemas, nothing else. */
@Module({ controllers: [] })
export class PerformanceModule {}
