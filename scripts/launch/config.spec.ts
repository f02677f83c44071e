import { describe, expect, it } from '@jest/globals';
import { readConfig } from './config.ts';

const database = (user: string): string => `postgresql://${user}:secret@db.example:5432/rapport_deals`;

describe('the environment of npm start', () => {
  it('replaces nothing when it is empty', () => {
    expect(readConfig({})).toEqual({ databases: {}, inherited: {} });
  });

  it('replaces each part by the address given for it', () => {
    const config = readConfig({
      DATABASE_URL_DEALS: database('deals_app'),
      DATABASE_OWNER_URL_DEALS: database('deals_owner'),
      NATS_URL: 'nats://broker.example:4222',
      KEYCLOAK_URL: 'https://login.example/',
      KEYCLOAK_ADMIN_USERNAME: 'admin',
      KEYCLOAK_ADMIN_PASSWORD: 'secret',
      CLICKHOUSE_URL: 'http://clickhouse.example:8123',
      FILES_URL: 's3://files',
    });
    expect(config.databases).toEqual({ deals: { appUrl: database('deals_app'), ownerUrl: database('deals_owner') } });
    expect(config.natsUrl).toBe('nats://broker.example:4222');
    expect(config.keycloak).toEqual({
      url: 'https://login.example',
      admin: { username: 'admin', password: 'secret' },
    });
    expect(config.clickhouseUrl).toBe('http://clickhouse.example:8123');
    expect(config.filesUrl).toBe('s3://files');
  });

  it('is refused with all its faults at once, and shows no value', () => {
    const read = (): unknown =>
      readConfig({
        DATABASE_URL_DEALS: database('deals_app'),
        NATS_URL: 'broker.example:4222',
        KEYCLOAK_URL: 'https://login.example',
      });
    expect(read).toThrow(/DATABASE_OWNER_URL_DEALS[^]*NATS_URL[^]*KEYCLOAK_ADMIN_USERNAME/);
    expect(read).not.toThrow(/secret/);
  });

  it('is handed on without what belongs to npm or to one service', () => {
    const { inherited } = readConfig({
      PATH: '/bin',
      LANG: 'C',
      npm_config_foo: 'x',
      SECRET: 'y',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
    });
    expect(Object.keys(inherited).sort()).toEqual(['LANG', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'PATH']);
  });
});
