/** What the processes of the hand-written hop are told by the one that starts them. */
export interface BareGatewayConfig {
  port: number;
  serviceAddress: string;
  issuer: string;
  /** Whether a token's signature is checked at every request, or once for each token. */
  verifies: 'every-request' | 'once';
}

export interface BareServiceConfig {
  port: number;
  databaseUrl: string;
}

export function bareGatewayEnvironment(config: BareGatewayConfig): Record<string, string> {
  return {
    PORT: String(config.port),
    SERVICE_ADDRESS: config.serviceAddress,
    ISSUER: config.issuer,
    VERIFIES: config.verifies,
  };
}

export function readBareGatewayConfig(): BareGatewayConfig {
  return {
    port: Number(given('PORT')),
    serviceAddress: given('SERVICE_ADDRESS'),
    issuer: given('ISSUER'),
    verifies: given('VERIFIES') === 'once' ? 'once' : 'every-request',
  };
}

export function bareServiceEnvironment(config: BareServiceConfig): Record<string, string> {
  return { PORT: String(config.port), DATABASE_URL: config.databaseUrl };
}

export function readBareServiceConfig(): BareServiceConfig {
  return { port: Number(given('PORT')), databaseUrl: given('DATABASE_URL') };
}

function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set.`);
  return value;
}
