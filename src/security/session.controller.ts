import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { RouteAccess } from '../http/access.decorator';
import type { HttpRequest } from '../http/http-request';
import { tokenIn } from './credentials';
import { endedCookie, sessionCookie } from './session-cookie';

const noBody = z.strictObject({}).optional();

const sessionResponse = z
  .object({
    scope: z.enum(['read', 'admin']),
    name: z.string().meta({ description: 'of the token, or what tells it apart without telling it' }),
  })
  .meta({ id: 'Session', description: 'The caller, as its token says' });
type SessionResponse = z.infer<typeof sessionResponse>;

/** How a browser signs in: with a token once, and with a cookie from then on. */
@ApiTags('session')
@RouteAccess('read')
@Controller('performance/session')
export class SessionController {
  /** Keeps the token of this request in a cookie until the browser is closed; scripts cannot read it. */
  @Post()
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: sessionResponse })
  begin(
    @Body({ schema: noBody }) _: z.infer<typeof noBody>,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: Response,
  ): SessionResponse {
    const credentials = tokenIn(request);
    if (typeof credentials === 'object')
      response.setHeader('Set-Cookie', sessionCookie(credentials.token, request.secure));
    return sessionOf(request);
  }

  /** Who the caller is, and what it may do. */
  @Get()
  @ApiOkResponse({ standardSchema: sessionResponse })
  present(@Req() request: HttpRequest): SessionResponse {
    return sessionOf(request);
  }

  /** Ends the session of this browser. */
  @Delete()
  @HttpCode(204)
  @ApiNoContentResponse()
  end(@Req() request: HttpRequest, @Res({ passthrough: true }) response: Response): void {
    response.setHeader('Set-Cookie', endedCookie(request.secure));
  }
}

function sessionOf({ principal }: HttpRequest): SessionResponse {
  const { scope, name, id } = principal!;
  return { scope, name: name ?? `token ${id}` };
}
