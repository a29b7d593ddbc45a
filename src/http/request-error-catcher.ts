import type { Server } from 'node:http';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { catchRequestErrors } from './unhandled-errors';

/** Catches the errors of requests in an application that does not call `configureHttp`. */
@Injectable()
export class RequestErrorCatcher implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    if (server !== undefined) catchRequestErrors(server);
  }
}
