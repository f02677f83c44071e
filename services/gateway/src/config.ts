import { addressShape, identityShape, processShape, storageShape } from '@rapport/service-kit/config';
import { z } from 'zod';

/** Browsers keep the session's cookie without TLS on these alone. */
const LOOPBACK = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?\/?$/;

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
const perSecond = (standard: number) => z.coerce.number().positive().max(100_000).default(standard);
const burst = (standard: number) => z.coerce.number().int().min(1).max(1_000_000).default(standard);

/** What the gateway is told; `main.ts` reads it, once. */
export const gatewaySchema = z.object({
  ...processShape,
  ...identityShape,
  ...addressShape('contacts', 'deals', 'billing', 'marketing', 'quality', 'analytics'),
  DATABASE_URL: storageShape.DATABASE_URL,
  NATS_URL: storageShape.NATS_URL,
  PORT: z.coerce.number().int().min(0).max(65_535),
  /** As browsers reach the gateway: scheme, host and port, nothing behind. */
  PUBLIC_URL: z
    .url()
    .refine((url) => new URL(url).pathname === '/', 'must have no path')
    .refine((url) => LOOPBACK.test(url) || url.startsWith('https:'), 'must be https, except on the loopback')
    .transform((url) => new URL(url).origin),
  /** Seals what a session keeps, and makes its CSRF token. */
  SESSION_SECRET: z.string().min(32, 'must have 32 characters at least'),
  /** The confidential client that browsers log in with. */
  WEB_CLIENT_ID: z.string().min(1).default('rapport-web'),
  /** Its secret, where it is another than the gateway's own. */
  WEB_CLIENT_SECRET: z.string().min(16, 'must have 16 characters at least').optional(),
  /** Origins of browsers' pages that may call the API from elsewhere; none by default. */
  CORS_ORIGINS: list.pipe(z.array(z.url())),
  /** Addresses or networks whose X-Forwarded-For is believed; none by default. */
  TRUSTED_PROXIES: list,
  /** How long a service may take over one request. */
  DEADLINE_MS: z.coerce.number().int().min(100).max(600_000).default(30_000),
  /** Requests of one person, of one program (a principal of the kind service), of one address without a valid login. */
  RATE_USER_PER_SECOND: perSecond(50),
  RATE_USER_BURST: burst(300),
  RATE_SERVICE_PER_SECOND: perSecond(1_000),
  RATE_SERVICE_BURST: burst(4_000),
  RATE_ANONYMOUS_PER_SECOND: perSecond(5),
  RATE_ANONYMOUS_BURST: burst(50),
  /** Streams of notifications at once: of one caller, and of the process. */
  STREAMS_PER_CALLER: z.coerce.number().int().min(1).max(1_000).default(8),
  STREAMS_MAX: z.coerce.number().int().min(1).max(100_000).default(5_000),
});

export type GatewayConfig = z.infer<typeof gatewaySchema>;

/** Injection token of the configuration. */
export const GATEWAY_CONFIG = Symbol('gateway configuration');
