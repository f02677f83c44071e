import { describe, expect, it } from '@jest/globals';
import { confidentialClients, type Platform, serviceEnvironment } from './service-environment.js';
import { grpcServiceNames, serviceNames } from './service-names.js';

const numbered = (names: readonly string[], from: number): Record<string, number> =>
  Object.fromEntries(names.map((name, index) => [name, from + index]));

const platform: Platform = {
  ports: { gateway: 8080, grpc: numbered(grpcServiceNames, 21_000), health: numbered(serviceNames, 22_000) },
  publicUrl: 'http://127.0.0.1:8080',
  databaseUrls: Object.fromEntries(serviceNames.map((name) => [name, `postgresql://${name}_app@127.0.0.1/${name}`])),
  natsUrl: 'nats://127.0.0.1:4222',
  keycloakUrl: 'http://127.0.0.1:23000',
  realm: 'rapport',
  clientSecrets: Object.fromEntries(confidentialClients.map((name) => [name, `secret of ${name}`])),
  allowedAzp: ['gateway', 'rapport-web'],
  pageTokenSecret: 'page',
  sessionSecret: 'session',
  clickhouse: { folder: '/data/clickhouse' },
  filesUrl: 'file:///data/files',
  inherited: { PATH: '/bin' },
};

describe('the environment of a service', () => {
  it.each(serviceNames)('of %s holds its own secrets and nobody else’s', (service) => {
    const text = JSON.stringify(serviceEnvironment(service, platform));
    const own = service === 'gateway' ? ['gateway', 'rapport-web'] : [`svc-${service}`];
    const held = confidentialClients.filter((client) => text.includes(`"secret of ${client}"`));
    expect(held.sort()).toEqual(own.sort());
    expect(text).toContain(`postgresql://${service}_app@`);
    for (const other of serviceNames.filter((name) => name !== service)) expect(text).not.toContain(`${other}_app@`);
  });

  it('names the addresses of the others', () => {
    expect(serviceEnvironment('deals', platform)).toMatchObject({
      GRPC_PORT: '21001',
      HEALTH_PORT: '22001',
      CONTACTS_URL: '127.0.0.1:21000',
    });
    expect(serviceEnvironment('deals', platform)).not.toHaveProperty('DEALS_URL');
  });

  it('tells analytics alone where ClickHouse is', () => {
    expect(serviceEnvironment('analytics', platform).CLICKHOUSE_PATH).toBe('/data/clickhouse');
    expect(serviceEnvironment('analytics', { ...platform, clickhouse: { url: 'http://ch' } }).CLICKHOUSE_URL).toBe(
      'http://ch',
    );
    expect(serviceEnvironment('deals', platform)).not.toHaveProperty('CLICKHOUSE_PATH');
  });
});
