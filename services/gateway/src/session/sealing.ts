import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What one secret is used for: each use has a key of its own, so that nothing sealed for one opens for another. */
export type KeyUse = 'session' | 'login' | 'csrf';

/** Seals small values so that only this gateway can read or make them. */
export class Sealer {
  private readonly keys: Readonly<Record<KeyUse, Buffer>>;

  constructor(secret: string) {
    const key = (use: KeyUse): Buffer => Buffer.from(hkdfSync('sha256', secret, 'rapport gateway', use, 32));
    this.keys = { session: key('session'), login: key('login'), csrf: key('csrf') };
  }

  /** `context` must be the same again to open it: a sealed value moved to another row is worth nothing. */
  seal(use: Exclude<KeyUse, 'csrf'>, value: unknown, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.keys[use], nonce).setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  /** What was sealed; undefined for anything that this secret did not seal. */
  open(use: Exclude<KeyUse, 'csrf'>, sealed: Buffer, context: string): unknown {
    if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
    try {
      const decipher = createDecipheriv(ALGORITHM, this.keys[use], sealed.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(context))
        .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const body = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      return JSON.parse(body.toString('utf8'));
    } catch {
      return undefined;
    }
  }

  /** The CSRF token of a session: nobody can make it who cannot read the session's own answers. */
  csrfToken(sessionId: string): string {
    return createHmac('sha256', this.keys.csrf).update(sessionId).digest('base64url');
  }

  isCsrfToken(sessionId: string, given: string): boolean {
    const expected = Buffer.from(this.csrfToken(sessionId));
    const actual = Buffer.from(given);
    return expected.length === actual.length && timingSafeEqual(expected, actual);
  }
}
