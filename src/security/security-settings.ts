import { FLAG, type Kind, milliseconds, TEXT, UnreadableText, whole } from '../common/settings/kind';
import { setting } from '../common/settings/setting';
import type { Principal } from '../http/access.decorator';

export interface ApiToken {
  readonly scope: Principal['scope'];
  readonly token: string;
}

const isToken = (one: Partial<ApiToken> | null) =>
  (one?.scope === 'read' || one?.scope === 'admin') && typeof one.token === 'string' && one.token !== '';

const TOKENS: Kind<readonly ApiToken[]> = {
  refuse: (tokens) =>
    Array.isArray(tokens) && tokens.every(isToken)
      ? undefined
      : { allowed: "an array of tokens, each { scope: 'read' or 'admin', token: a text }" },
  read: (text) => text,
  secret: true,
};

/** `read:…,admin:…`, as one variable holds them. */
const TOKENS_IN_ONE_TEXT: Kind<readonly ApiToken[]> = { ...TOKENS, read: readTokens };

function readTokens(text: string): ApiToken[] | UnreadableText {
  const tokens: ApiToken[] = [];
  for (const part of text.split(',').map((some) => some.trim())) {
    if (part === '') continue;
    const [, scope, token] = /^(read|admin):([A-Za-z0-9._~-]{16,})$/.exec(part) ?? [];
    if (token === undefined) {
      return new UnreadableText(
        'read:TOKEN,admin:TOKEN with tokens of at least 16 letters, digits, dots, dashes, underscores or tildes',
      );
    }
    tokens.push({ scope: scope as ApiToken['scope'], token });
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
    help: 'tokens of the API: read:…,admin:…; none: one is made and kept in DATA_DIR/token',
  }),
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
  keyPrefix: setting(TEXT, { default: 'pg:limit:', setBy: 'CACHE_PREFIX' }),
  /** What one question to Redis may take before this process counts by itself. */
  redisTimeoutMs: setting(milliseconds(1), { default: 50 }),
};
