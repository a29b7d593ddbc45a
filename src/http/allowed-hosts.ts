import { isIP } from 'node:net';
import type { NextFunction, Request, Response } from 'express';
import { HostUnknownError, TwoHostsError } from './request.errors';

/**
 * Refuses requests for names that are not ours, so that a foreign page cannot reach us under a name of its own that was
 * made to point here (DNS rebinding). Addresses and `localhost` are always allowed: no name points from them elsewhere.
 * @param allowed names, `.example.com` for every name below; `undefined` allows all
 */
export function allowedHosts(allowed: readonly string[] | undefined) {
  const names = allowed?.map((name) => name.toLowerCase());
  return (request: Request, _response: Response, next: NextFunction): void => {
    const { host } = request.headers;
    if (hasTwoHosts(request.rawHeaders)) next(new TwoHostsError());
    else if (names !== undefined && host !== undefined && !isAllowed(host, names)) next(new HostUnknownError(host));
    else next();
  };
}

/** RFC 9112, 3.2: such a request must be refused; what stands before us may have taken the other one. */
function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts > 1;
}

function isAllowed(host: string, names: readonly string[]): boolean {
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase();
  if (name === 'localhost' || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return true;
  return names.some((one) => (one.startsWith('.') ? name.endsWith(one) || name === one.slice(1) : name === one));
}
