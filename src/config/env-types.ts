import { z } from 'zod';
import { redisUrlProblem, urlProblem, urlsProblem } from '../common/url-problem';

/** A text of which `problemOf` has nothing to say. */
const textWithout = (problemOf: (text: string) => string | undefined) =>
  z.string().check((context) => {
    const message = problemOf(context.value);
    if (message !== undefined) context.issues.push({ code: 'custom', input: context.value, message });
  });

/** A URL of one of `schemes`. The value stays out of the message: it may hold a password. */
export const urlWith = (...schemes: string[]) => textWithout((text) => urlProblem(text, schemes));

/** One or several such URLs, separated by `|`. */
export const urlsWith = (...schemes: string[]) => textWithout((text) => urlsProblem(text, schemes));

/** The URL of a Redis, with the number of a database or none. */
export const redisUrl = () => textWithout(redisUrlProblem);

const upstreamShape = /^[a-z0-9][a-z0-9_-]{0,62}=https?:\/\/[^|,\s]+(\|https?:\/\/[^|,\s]+)*$/;

/** `name=url|url,name=url` → the URLs of each upstream. */
export const httpUpstreams = z.string().transform((text, context) => {
  const upstreams: Record<string, string[]> = {};
  for (const part of commaList(text)) {
    const [name, urls] = splitOnce(part, '=');
    if (!upstreamShape.test(part) || !urls.split('|').every((url) => URL.canParse(url))) {
      context.addIssue({
        code: 'custom',
        message: 'expected name=url|url,name=url with lower-case names and http(s) URLs',
      });
      return z.NEVER;
    }
    if (name in upstreams) {
      context.addIssue({ code: 'custom', message: `expected each upstream once, "${name}" is there twice` });
      return z.NEVER;
    }
    upstreams[name] = urls.split('|');
  }
  return upstreams;
});

export interface ApiToken {
  readonly scope: 'read' | 'admin';
  readonly token: string;
}

/** `read:…,admin:…`. The value stays out of the message. */
export const apiTokens = z.string().transform((text, context): ApiToken[] => {
  const parts = commaList(text);
  if (parts.every((part) => /^(read|admin):[A-Za-z0-9._~-]{16,}$/.test(part))) {
    return parts.map((part) => {
      const [scope, token] = splitOnce(part, ':');
      return { scope: scope as ApiToken['scope'], token };
    });
  }
  context.addIssue({
    code: 'custom',
    message:
      'expected read:TOKEN,admin:TOKEN with tokens of at least 16 letters, digits, dots, dashes, underscores or tildes',
  });
  return z.NEVER;
});

/** `off`, a number of proxies in front, or their addresses (as Express's `trust proxy` takes them). */
export const trustProxy = z.string().transform((text, context): false | number | string[] => {
  if (['off', 'false', '0'].includes(text)) return false;
  if (/^[1-9][0-9]?$/.test(text)) return Number(text);
  const addresses = commaList(text);
  if (addresses.length > 0 && addresses.every(isAddress)) return addresses;
  context.addIssue({
    code: 'custom',
    message: 'expected off, a number of hops from 1 to 99, or addresses such as 10.0.0.0/8,loopback',
  });
  return z.NEVER;
});

const POOL_NAMES = ['postgres', 'redis', 'http', 'qdrant'] as const;
export type PoolName = (typeof POOL_NAMES)[number];

export const readinessRequires = z.string().transform((text, context): PoolName[] => {
  const names = commaList(text);
  if (names.every((name): name is PoolName => POOL_NAMES.includes(name as PoolName))) return names;
  context.addIssue({ code: 'custom', message: `expected a list of ${POOL_NAMES.join(', ')}` });
  return z.NEVER;
});

function isAddress(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  return z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]).safeParse(text).success;
}

const commaList = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
