import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, loadConfig } from './load-config.js';
import { serviceConfig } from './service-config.js';

const GOOD = {
  HEALTH_PORT: '9001',
  GRPC_PORT: '9000',
  DATABASE_URL: 'postgresql://app:x@127.0.0.1:5432/rapport_deals',
  NATS_URL: 'nats://127.0.0.1:4222',
  KEYCLOAK_URL: 'http://127.0.0.1:8080/',
  OIDC_CLIENT_SECRET: '0123456789abcdef',
  ALLOWED_AZP: 'rapport-web, svc-deals,',
  PAGE_TOKEN_SECRET: 'fedcba9876543210',
  CONTACTS_URL: 'contacts:9000',
};

const schema = serviceConfig({ calls: ['contacts'], own: { CLICKHOUSE_PATH: z.string().optional() } });
const faultsOf = (env: Record<string, string | undefined>): readonly string[] => {
  try {
    loadConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
  }
  return [];
};

describe('the configuration', () => {
  it('is typed, defaulted and frozen', () => {
    const config = loadConfig(schema, GOOD);
    expect(config).toMatchObject({
      HOST: '127.0.0.1',
      GRPC_PORT: 9000,
      DRAIN_MS: 20_000,
      LOG_LEVEL: 'info',
      KEYCLOAK_URL: 'http://127.0.0.1:8080',
      KEYCLOAK_REALM: 'rapport',
      ALLOWED_AZP: ['rapport-web', 'svc-deals'],
      CONTACTS_URL: 'contacts:9000',
    });
    expect(Object.isFrozen(config)).toBe(true);
    expect(config.OTEL_EXPORTER_OTLP_ENDPOINT).toBeUndefined();
  });

  it('lists all faults at once, by variable', () => {
    const faults = faultsOf({
      ...GOOD,
      DATABASE_URL: undefined,
      NATS_URL: '',
      HEALTH_PORT: '70000',
      CONTACTS_URL: 'http://contacts',
      ALLOWED_AZP: ' , ',
    });
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
      'ALLOWED_AZP',
      'CONTACTS_URL',
      'DATABASE_URL',
      'HEALTH_PORT',
      'NATS_URL',
    ]);
    expect(faults).toContain('DATABASE_URL: is not set');
    expect(faults).toContain('NATS_URL: is not set');
  });

  it('never shows a value', () => {
    expect(faultsOf({ ...GOOD, OIDC_CLIENT_SECRET: 'hunter2' }).join()).not.toContain('hunter2');
  });

  it('takes addresses of every kind and nothing with a scheme', () => {
    for (const address of ['127.0.0.1:1', 'deals.rapport.svc:9000', '[::1]:9000'])
      expect(faultsOf({ ...GOOD, CONTACTS_URL: address })).toEqual([]);
    for (const address of ['contacts', 'http://contacts:80', ':80', 'a:b'])
      expect(faultsOf({ ...GOOD, CONTACTS_URL: address })).toEqual(['CONTACTS_URL: must be host:port']);
  });
});
