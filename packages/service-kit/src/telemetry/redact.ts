// Keys whose values are secrets or personal data wherever they stand at the top
// of a log line or one below. The rule is not to log them at all; this is the net.
const SECRET_KEYS = new Set([
  'authorization',
  'cookie',
  'token',
  'accessToken',
  'refreshToken',
  'password',
  'secret',
  'clientSecret',
  'email',
  'phone',
  'displayName',
  'givenName',
  'familyName',
  'middleName',
  'username',
]);

const CENSOR = '[redacted]';

/**
 * The fields of a log line without what must not be in one. pino's own
 * redaction copies every line and costs more than the line: this looks at keys
 * and copies only where it finds one.
 */
export function withoutSecrets(fields: Record<string, unknown>): Record<string, unknown> {
  let clean = fields;
  for (const key in fields) {
    const value = fields[key];
    const replaced = SECRET_KEYS.has(key) ? CENSOR : isPlain(value) ? censored(value) : value;
    if (replaced === value) continue;
    if (clean === fields) clean = { ...fields };
    clean[key] = replaced;
  }
  return clean;
}

function censored(value: Record<string, unknown>): Record<string, unknown> {
  const found = Object.keys(value).filter((key) => SECRET_KEYS.has(key));
  return found.length === 0 ? value : { ...value, ...Object.fromEntries(found.map((key) => [key, CENSOR])) };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
