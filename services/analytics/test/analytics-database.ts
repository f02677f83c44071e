import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { loadConfig } from '@rapport/service-kit/config';
import { ServiceSettings } from '@rapport/service-kit/lifecycle';
import { migrate } from '@rapport/service-kit/migrate';
import { testServers } from '@rapport/test-kit/config';
import { dropDatabase, ensureServiceDatabase, type ServiceDatabase } from '@rapport/test-kit/servers/databases';
import { analyticsSchema, type AnalyticsConfig } from '../src/config.js';
import { DatasetEpochs } from '../src/figures/dataset-epochs.queries.js';
import { Data } from '../src/prisma.service.js';

/** A database of analytics for one suite. */
export class AnalyticsDatabase {
  private constructor(
    private readonly name: string,
    private readonly roles: string[],
    readonly config: AnalyticsConfig,
  ) {
    this.data = new Data(new ServiceSettings('analytics', config));
    this.epochs = new DatasetEpochs(this.data);
  }

  readonly epochs: DatasetEpochs;
  private readonly data: Data;

  static async make(): Promise<AnalyticsDatabase> {
    const name = `analytics_${randomBytes(6).toString('hex')}`;
    const roles = [`${name}_owner`, `${name}_app`];
    const urls = await ensureServiceDatabase(
      testServers().postgres.superuserUrl,
      { database: name, ownerRole: roles[0]!, appRole: roles[1]! },
      { owner: 'owner-of-test', app: 'app-of-test' },
    );
    await migrate({ ownerUrl: urls.ownerUrl, appRole: urls.appRole, directories: [join(import.meta.dirname, '../prisma/migrations')] });
    return new AnalyticsDatabase(name, roles, configFor(urls));
  }

  async drop(): Promise<void> {
    await this.data.disconnect();
    await dropDatabase(testServers().postgres.superuserUrl, this.name, this.roles);
  }
}

/** What a process is told, with ports that are free and services that are not there. */
function configFor({ appUrl }: ServiceDatabase): AnalyticsConfig {
  const nobody = '127.0.0.1:1';
  return loadConfig(analyticsSchema, {
    HEALTH_PORT: '0',
    GRPC_PORT: '0',
    DATABASE_URL: appUrl,
    NATS_URL: testServers().nats.url,
    KEYCLOAK_URL: testServers().keycloak.url,
    OIDC_CLIENT_SECRET: randomBytes(16).toString('hex'),
    ALLOWED_AZP: 'rapport-web',
    PAGE_TOKEN_SECRET: randomBytes(16).toString('hex'),
    CONTACTS_URL: nobody,
    DEALS_URL: nobody,
    BILLING_URL: nobody,
  });
}
