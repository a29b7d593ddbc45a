import { type Kind, kindOf, objectOf, type Refusal, UnreadableText } from '../../common/settings/kind';
import { urlProblem } from '../../common/url-problem';
import { CREDENTIALS, type CredentialsFunction } from '../credentials.options';
import { TLS_KINDS, type TlsOptions } from '../tls.options';
import { PROXY_OR_NONE } from './proxy.options';
import { HTTP_BREAKER, type HttpBreakerSetting } from './http-breaker.options';

/** An upstream with options of its own, which go before those of the pool. */
export interface Upstream extends TlsOptions {
  readonly urls: readonly string[];
  readonly breaker?: HttpBreakerSetting | undefined;
  /** Gives what is sent as `authorization`: `Bearer` with the password, or `Basic` where there is a username as well. */
  readonly credentials?: CredentialsFunction | undefined;
  /** The proxy its requests go through, instead of those of the pool; `false`: none. */
  readonly proxy?: string | false | undefined;
}

/** The URLs of each upstream, alone or with options. */
export type Upstreams = Readonly<Record<string, readonly string[] | Upstream>>;

export const asUpstream = (upstream: readonly string[] | Upstream): Upstream =>
  'urls' in upstream ? upstream : { urls: upstream };

/** The URLs of each upstream; URLs may hold passwords and stay out of messages. */
export const UPSTREAMS: Kind<Upstreams> = {
  secret: true,
  refuse(upstreams) {
    if (typeof upstreams !== 'object' || upstreams === null) return { allowed: 'an object of names with their URLs' };
    for (const [name, upstream] of Object.entries(upstreams)) {
      const refusal = refuseOne(name, upstream);
      if (refusal === undefined) continue;
      const { allowed, part } = refusal;
      return { allowed, part: { at: `.${name}${part?.at ?? ''}`, value: part === undefined ? upstream : part.value } };
    }
    return undefined;
  },
  read: (text) => text,
};

/** The URLs are checked apart, since their faults are said in many words. */
const WITH_OPTIONS = objectOf({
  urls: kindOf<readonly string[]>('', () => true),
  breaker: HTTP_BREAKER,
  credentials: CREDENTIALS,
  proxy: PROXY_OR_NONE,
  ...TLS_KINDS,
});

function refuseOne(name: string, upstream: unknown): Refusal | undefined {
  // What stands before the first colon of a request's URL, as in `users:/42`.
  if (!/^[\w.-]{1,63}$/.test(name))
    return { allowed: 'called by a name of 1 to 63 letters, digits, dots, dashes or underscores' };
  const isObject = typeof upstream === 'object' && upstream !== null && !Array.isArray(upstream);
  const refusal = isObject ? WITH_OPTIONS.refuse(upstream) : undefined;
  if (refusal !== undefined) return refusal;
  const urls = isObject ? (upstream as Partial<Upstream>).urls : upstream;
  const allowed = allowedInstead(urls);
  return allowed === undefined ? undefined : { allowed, part: { at: isObject ? '.urls' : '', value: urls } };
}

function allowedInstead(urls: unknown): string | undefined {
  if (!Array.isArray(urls) || urls.length === 0) return 'an array of URLs';
  const problems = urls.map(problemOfUrl);
  return problems.find((problem) => problem !== undefined);
}

function problemOfUrl(url: unknown): string | undefined {
  if (typeof url !== 'string') return 'a text';
  const problem = urlProblem(url, ['http', 'https']);
  if (problem !== undefined) return problem;
  const { username, password } = new URL(url);
  return username + password === ''
    ? undefined
    : 'without a user and a password: send them in the header authorization of each request';
}

const SHAPE = /^[a-z0-9][a-z0-9_-]{0,62}=https?:\/\/[^|,\s]+(\|https?:\/\/[^|,\s]+)*$/;

/** `name=url|url,name=url`, as one variable holds them. */
export const UPSTREAMS_IN_ONE_TEXT: Kind<Upstreams> = { ...UPSTREAMS, read: readUpstreams };

function readUpstreams(text: string): Upstreams | UnreadableText {
  const upstreams: Record<string, string[]> = {};
  const parts = text.split(',').map((part) => part.trim());
  for (const part of parts.filter((some) => some !== '')) {
    const at = part.indexOf('=');
    const [name, urls] = [part.slice(0, at), part.slice(at + 1).split('|')];
    if (!SHAPE.test(part) || !urls.every((url) => URL.canParse(url))) {
      return new UnreadableText('name=url|url,name=url with lower-case names and http(s) URLs');
    }
    if (Object.hasOwn(upstreams, name)) return new UnreadableText(`each upstream once, "${name}" is there twice`);
    upstreams[name] = urls;
  }
  return upstreams;
}
