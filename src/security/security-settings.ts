import { defaultKeyPrefix } from '../common/application-name';
import { FLAG, type Kind, milliseconds, secretText, TEXT, UnreadableText, whole } from '../common/settings/kind';
import { setting } from '../common/settings/setting';
import { urlProblem } from '../common/url-problem';
import { type ApiToken, TOKEN_FORM, tokenFrom, tokenProblem } from './api-token';

/** It may hold a password. */
const HTTP_URL = secretText((text) => urlProblem(text, ['http', 'https']));

const TOKENS: Kind<readonly ApiToken[]> = {
  refuse(tokens) {
    if (!Array.isArray(tokens)) return { allowed: 'an array of tokens' };
    const problem = tokens.map((one) => tokenProblem(one as ApiToken)).find((found) => found !== undefined);
    return problem === undefined ? undefined : { allowed: `an array of tokens, each with ${problem}` };
  },
  read: (text) => text,
  secret: true,
};

/** `read:…,admin:…`, as one variable holds them. */
const TOKENS_IN_ONE_TEXT: Kind<readonly ApiToken[]> = { ...TOKENS, read: readTokens };

function readTokens(text: string): ApiToken[] | UnreadableText {
  const tokens: ApiToken[] = [];
  for (const part of text.split(',').map((some) => some.trim())) {
    if (part === '') continue;
    const [, scope, secret = ''] = /^(read|admin):(.*)$/.exec(part) ?? [];
    const token = tokenFrom(secret);
    if (scope === undefined || token === undefined) {
      return new UnreadableText(`read:TOKEN,admin:TOKEN, each with ${TOKEN_FORM}`);
    }
    tokens.push({ scope: scope as ApiToken['scope'], ...token });
  }
  return tokens;
}

/** Every option of `SecurityModule.forRoot`, and the variable from which the service takes it. */
export const SECURITY_SETTINGS = {
  /** Refuses to start without configured tokens. */
  production: setting(FLAG, { default: false, setBy: 'NODE_ENV' }),
  /** Folder of the generated token. */
  dataDir: setting(TEXT, { default: './.data', setBy: 'DATA_DIR' }),
  tokens: setting(TOKENS, {
    default: [],
    variable: { name: 'API_TOKENS', kind: TOKENS_IN_ONE_TEXT },
    help: 'tokens of the API: read:…,admin:…, each as it is or as sha256:HASH; none: one is made and kept in DATA_DIR/token',
  }),
  tokensFile: setting(TEXT, {
    variable: 'API_TOKENS_FILE',
    help: 'file of tokens, read again when it changes; a line each: name, read or admin, token or sha256:HASH, when it expires',
  }),
  jwt: {
    jwksUrl: setting(HTTP_URL, {
      variable: 'JWT_JWKS_URL',
      help: 'keys of an issuer of JSON Web Tokens, whose tokens are then taken as well',
    }),
    issuer: setting(TEXT, { variable: 'JWT_ISSUER', help: 'what the claim iss must be; needed with JWT_JWKS_URL' }),
    audience: setting(TEXT, {
      variable: 'JWT_AUDIENCE',
      help: 'what the claim aud must have; needed with JWT_JWKS_URL',
    }),
    scopeClaim: setting(TEXT, {
      default: 'scope',
      variable: 'JWT_SCOPE_CLAIM',
      help: 'the claim that holds the scopes',
    }),
    readScope: setting(TEXT, {
      default: 'performance:read',
      variable: 'JWT_READ_SCOPE',
      help: 'the scope that may read',
    }),
    adminScope: setting(TEXT, {
      default: 'performance:admin',
      variable: 'JWT_ADMIN_SCOPE',
      help: 'the scope that may also change things',
    }),
  },
  /** Whether /metrics answers without a token. */
  metricsPublic: setting(FLAG, {
    default: false,
    variable: 'METRICS_PUBLIC',
    help: 'whether /metrics answers without a token',
  }),
  rateLimits: {
    enabled: setting(FLAG, { default: true, variable: 'RATE_LIMIT_ENABLED', help: 'whether requests are limited' }),
    /** Per minute, for each pair of token and address. */
    readsPerMinute: setting(whole(1), {
      default: 3_000,
      variable: 'RATE_LIMIT_READS_PER_MINUTE',
      help: 'reads per minute for each token and address',
    }),
    changesPerMinute: setting(whole(1), {
      default: 60,
      variable: 'RATE_LIMIT_CHANGES_PER_MINUTE',
      help: 'changes per minute for each token and address',
    }),
    /** Per minute, for each address. */
    failedLoginsPerMinute: setting(whole(1), { default: 20 }),
  },
  /** Begins the names of the counters in Redis. */
  keyPrefix: setting(TEXT, { default: `${defaultKeyPrefix()}:limit:`, setBy: 'CACHE_PREFIX' }),
  /** What one question to Redis may take before this process counts by itself. */
  redisTimeoutMs: setting(milliseconds(1), { default: 50 }),
};
