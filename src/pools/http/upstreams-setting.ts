import { type Kind, UnreadableText } from '../../common/settings/kind';
import { urlProblem } from '../../common/url-problem';

export type Upstreams = Readonly<Record<string, readonly string[]>>;

/** The URLs of each upstream; URLs may hold passwords and stay out of messages. */
export const UPSTREAMS: Kind<Upstreams> = {
  secret: true,
  refuse(upstreams) {
    if (typeof upstreams !== 'object' || upstreams === null) return { allowed: 'an object of names with their URLs' };
    for (const [name, urls] of Object.entries(upstreams)) {
      const allowed = allowedInstead(name, urls);
      if (allowed !== undefined) return { allowed, part: { at: `.${name}`, value: urls } };
    }
    return undefined;
  },
  read: (text) => text,
};

function allowedInstead(name: string, urls: unknown): string | undefined {
  // What stands before the first colon of a request's URL, as in `users:/42`.
  if (!/^[\w.-]{1,63}$/.test(name)) return 'called by a name of 1 to 63 letters, digits, dots, dashes or underscores';
  if (!Array.isArray(urls) || urls.length === 0) return 'an array of URLs';
  const problems = urls.map((url) => (typeof url === 'string' ? urlProblem(url, ['http', 'https']) : 'a text'));
  return problems.find((problem) => problem !== undefined);
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
