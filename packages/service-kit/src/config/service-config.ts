import { z } from 'zod';
import { LOG_LEVELS } from './log-level.js';

const port = z.coerce.number().int().min(0).max(65_535);
const secret = z.string().min(16, 'must have 16 characters at least');

/** `host:port` of another service's gRPC. */
const address = z.string().regex(/^(?:\[[0-9a-f:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/i, 'must be host:port');

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** What every process of the platform is told. */
export const processShape = {
  HOST: z.string().min(1).default('127.0.0.1'),
  HEALTH_PORT: port,
  DRAIN_MS: z.coerce.number().int().min(0).max(600_000).default(20_000),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  /** Where spans go by OTLP; unset = nowhere. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
};

/** How tokens are verified, exchanged and asked for. */
export const identityShape = {
  /** Base address, for example http://127.0.0.1:8080. */
  KEYCLOAK_URL: z.url().transform((url) => url.replace(/\/+$/, '')),
  /** Base address that Keycloak calls itself (browsers use it), where it differs. */
  KEYCLOAK_PUBLIC_URL: z
    .url()
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  KEYCLOAK_REALM: z.string().min(1).default('rapport'),
  /** Of this process's own confidential client: `svc-<name>`, or `gateway`. */
  OIDC_CLIENT_SECRET: secret,
  /** Clients whose tokens are accepted. */
  ALLOWED_AZP: list.pipe(z.array(z.string()).min(1, 'must name a client')),
};

/** What stores and brokers a service works with. */
export const storageShape = {
  /** As the role that a service runs as; migrations use another. */
  DATABASE_URL: z.url(),
  NATS_URL: z.url(),
  /** Signs page tokens; the same in every process of the platform. */
  PAGE_TOKEN_SECRET: secret,
};

export type GrpcServiceName = 'contacts' | 'deals' | 'billing' | 'marketing' | 'quality' | 'analytics';
type AddressKey<N extends GrpcServiceName> = `${Uppercase<N>}_URL`;

/** The addresses of the services that are called: `addressShape('contacts')` is `{ CONTACTS_URL }`. */
export function addressShape<const N extends GrpcServiceName>(
  ...names: readonly N[]
): { [K in AddressKey<N>]: typeof address } {
  return Object.fromEntries(names.map((name) => [`${name.toUpperCase()}_URL`, address])) as {
    [K in AddressKey<N>]: typeof address;
  };
}

const serviceShape = { ...processShape, ...identityShape, ...storageShape, GRPC_PORT: port };

/**
 * The schema of a service's configuration. `calls` names the services it
 * calls; `own` is what it alone needs.
 */
export function serviceConfig<const N extends GrpcServiceName = never, O extends z.ZodRawShape = Record<never, never>>({
  calls = [],
  own,
}: { calls?: readonly N[]; own?: O } = {}) {
  return z.object({ ...serviceShape, ...addressShape(...calls), ...(own ?? ({} as O)) });
}

/** What every service's configuration holds; kit code asks for no more than this. */
export type ServiceConfig = z.infer<z.ZodObject<typeof serviceShape>>;
export type ProcessConfig = z.infer<z.ZodObject<typeof processShape>>;
export type IdentityConfig = z.infer<z.ZodObject<typeof identityShape>>;
