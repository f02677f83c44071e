import { freePort, isPortFree, nextFreePort } from '@rapport/test-kit/servers/free-port';
import { grpcServiceNames, serviceNames } from '@rapport/test-kit/servers/service-names';

const FIRST_GATEWAY_PORT = 8080;

const portNames = [
  'postgres',
  'nats',
  'natsMonitoring',
  'keycloak',
  'keycloakManagement',
  ...grpcServiceNames.map((name) => `${name}.grpc`),
  ...serviceNames.map((name) => `${name}.health`),
];

/**
 * A port for everything. Those of the run before are kept while they are free, so that bookmarks, scripts and the
 * addresses that Keycloak has written down stay right.
 */
export async function choosePorts(
  remembered: Record<string, number> = {},
  gatewayPort?: number,
): Promise<Record<string, number>> {
  const chosen: Record<string, number> = {};
  const taken = new Set<number>();
  const choose = async (name: string, otherwise: () => Promise<number>): Promise<void> => {
    const before = remembered[name];
    const usable = before !== undefined && !taken.has(before) && (await isPortFree(before));
    const port = usable ? before : await otherwise();
    chosen[name] = port;
    taken.add(port);
  };
  if (gatewayPort) {
    chosen.gateway = gatewayPort; // taken by somebody else, the gateway says so itself
    taken.add(gatewayPort);
  } else {
    await choose('gateway', () => (gatewayPort === 0 ? freePort(taken) : nextFreePort(FIRST_GATEWAY_PORT, taken)));
  }
  for (const name of portNames) await choose(name, () => freePort(taken));
  return chosen;
}

/** The port of that name. */
export function portOf(ports: Record<string, number>, name: string): number {
  const port = ports[name];
  if (port === undefined) throw new Error(`No port was chosen for ${name}.`);
  return port;
}
