import { Injectable, Optional } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { AddressInfo, Server } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { Pools } from '../../pools/pools.service';
import { BenchmarkTargetError } from '../benchmark.errors';

/** Where requests go: an origin, and what stands before each path. */
export interface EndpointTarget {
  readonly origin: string;
  readonly basePath: string;
}

/** This service. */
export const SELF = 'self';
/** Benchmarks do not start benchmarks. */
const NOT_FOR_BENCHMARKS = /^\/performance\/benchmark\b/i;

/** Knows what may be a target of load: this service, and the upstreams that its operator has configured. Nothing else. */
@Injectable()
export class EndpointTargets {
  constructor(
    private readonly pools: Pools,
    @Optional() private readonly adapters?: HttpAdapterHost,
  ) {}

  /** @throws BenchmarkTargetError for a name that is none, and for paths that must not be asked */
  find(name: string, paths: readonly string[]): EndpointTarget {
    if (name !== SELF) return this.upstream(name);
    const own = paths.find((path) => NOT_FOR_BENCHMARKS.test(path));
    if (own !== undefined)
      throw new BenchmarkTargetError(`A benchmark does not ask ${own.slice(0, 100)}: it would start others.`);
    return this.self();
  }

  private self(): EndpointTarget {
    const server = this.adapters?.httpAdapter?.getHttpServer() as Server | undefined;
    const address = server?.address();
    if (address === null || typeof address !== 'object') {
      throw new BenchmarkTargetError('This service listens on no port; name one of the HTTP upstreams as the target.');
    }
    if (server instanceof TlsServer) {
      throw new BenchmarkTargetError(
        'This service listens with TLS under a name that only its clients know; configure it as one of the HTTP upstreams and name that.',
      );
    }
    return { origin: `http://${hostOf(address)}:${address.port}`, basePath: '' };
  }

  private upstream(name: string): EndpointTarget {
    const [url] = this.pools.http.urlsOf(name);
    if (url !== undefined) return { origin: url.origin, basePath: url.pathname.replace(/\/$/, '') };
    const known = [SELF, ...this.pools.http.upstreams].join(', ');
    throw new BenchmarkTargetError(`"${name}" is no target: it is one of ${known}.`);
  }
}

/** The loopback address where the server listens on all of them. */
function hostOf({ address, family }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') return '127.0.0.1';
  return family === 'IPv6' ? `[${address}]` : address;
}
