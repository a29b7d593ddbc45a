import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable, Logger } from '@nestjs/common';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Stands for the guard that your application has: whoever it lets in may use all of /performance and /metrics. */
@Injectable()
export class AdminGuard implements CanActivate {
  private readonly expected: Buffer;

  constructor() {
    const token = process.env.ADMIN_TOKEN ?? randomBytes(16).toString('hex');
    if (process.env.ADMIN_TOKEN === undefined) new Logger(AdminGuard.name).log(`The token of this run is ${token}`);
    this.expected = digest(`Bearer ${token}`);
  }

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
    return timingSafeEqual(digest(headers.authorization ?? ''), this.expected);
  }
}
