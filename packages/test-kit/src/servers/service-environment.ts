import { grpcServiceNames, type ServiceName } from './service-names.js';

/** The ports of one running platform. */
export interface PlatformPorts {
  gateway: number;
  grpc: Record<string, number>;
  health: Record<string, number>;
}

/** Everything a service must be told about the platform it runs in. */
export interface Platform {
  ports: PlatformPorts;
  publicUrl: string;
  databaseUrls: Record<string, string>;
  natsUrl: string;
  keycloakUrl: string;
  realm: string;
  /** By Keycloak client: `gateway`, `rapport-web`, `svc-contacts`, … */
  clientSecrets: Record<string, string>;
  /** The clients whose tokens are accepted. */
  allowedAzp: string[];
  pageTokenSecret: string;
  sessionSecret: string;
  /** ClickHouse's engine: a server's address, or the folder of the embedded one. */
  clickhouse: { url: string } | { folder: string };
  /** Where files are kept: `file:` or `s3:`. */
  filesUrl: string;
  /** Handed on as it is: PATH, locale, telemetry. */
  inherited: Record<string, string>;
}

/** The client that browsers log in with; the gateway is its backend. */
const WEB_CLIENT = 'rapport-web';

const HOST = '127.0.0.1';

/** The environment of one service. It holds what that service needs and no other service's secrets. */
export function serviceEnvironment(service: ServiceName, platform: Platform): Record<string, string> {
  const { ports } = platform;
  const client = service === 'gateway' ? 'gateway' : `svc-${service}`;
  return {
    ...platform.inherited,
    NODE_ENV: 'production',
    HOST,
    HEALTH_PORT: String(ports.health[service]),
    DATABASE_URL: wanted(platform.databaseUrls, service),
    NATS_URL: platform.natsUrl,
    KEYCLOAK_URL: platform.keycloakUrl,
    KEYCLOAK_REALM: platform.realm,
    OIDC_CLIENT_SECRET: wanted(platform.clientSecrets, client),
    ALLOWED_AZP: platform.allowedAzp.join(','),
    PAGE_TOKEN_SECRET: platform.pageTokenSecret,
    FILES_URL: platform.filesUrl,
    ...addresses(service, ports),
    ...(service === 'gateway'
      ? {
          PORT: String(ports.gateway),
          PUBLIC_URL: platform.publicUrl,
          SESSION_SECRET: platform.sessionSecret,
          WEB_CLIENT_SECRET: wanted(platform.clientSecrets, WEB_CLIENT),
        }
      : { GRPC_PORT: String(ports.grpc[service]) }),
    ...(service === 'analytics' ? clickhouse(platform) : {}),
  };
}

function addresses(service: ServiceName, ports: PlatformPorts): Record<string, string> {
  const others = grpcServiceNames.filter((name) => name !== service);
  return Object.fromEntries(others.map((name) => [`${name.toUpperCase()}_URL`, `${HOST}:${ports.grpc[name]}`]));
}

function clickhouse({ clickhouse }: Platform): Record<string, string> {
  return 'url' in clickhouse ? { CLICKHOUSE_URL: clickhouse.url } : { CLICKHOUSE_PATH: clickhouse.folder };
}

function wanted(values: Record<string, string>, key: string): string {
  const value = values[key];
  if (value === undefined) throw new Error(`The platform has no value for ${key}.`);
  return value;
}

/** The clients with a secret: one for each service, the resource server, and the browsers' one. */
export const confidentialClients = ['gateway', WEB_CLIENT, ...grpcServiceNames.map((name) => `svc-${name}`)];
