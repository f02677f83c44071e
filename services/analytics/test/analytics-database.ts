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

/** A database of a service for one suite, with the kit's tables and those of `migrations`. */
export async function makeDatabase(
  service: string,
  migrations: readonly string[],
): Promise<ServiceDatabase & { drop: () => Promise<void> }> {
  const name = `${service}_${randomBytes(6).toString('hex')}`;
  const [ownerRole, appRole] = [`${name}_owner`, `${name}_app`];
  const { superuserUrl } = testServers().postgres;
  const passwords = { owner: 'owner-of-test', app: 'app-of-test' };
  const urls = await ensureServiceDatabase(superuserUrl, { database: name, ownerRole, appRole }, passwords);
  await migrate({ ownerUrl: urls.ownerUrl, appRole, directories: migrations });
  return { ...urls, drop: () => dropDatabase(superuserUrl, name, [ownerRole, appRole]) };
}

/** A database of analytics for one suite. */
export class AnalyticsDatabase {
  readonly epochs: DatasetEpochs;
  private readonly data: Data;

  private constructor(
    readonly config: AnalyticsConfig,
    private readonly dropDatabase: () => Promise<void>,
  ) {
    this.data = new Data(new ServiceSettings('analytics', config));
    this.epochs = new DatasetEpochs(this.data);
  }

  static async make(change: Readonly<Record<string, string>> = {}): Promise<AnalyticsDatabase> {
    const { drop, ...urls } = await makeDatabase('analytics', [join(import.meta.dirname, '../prisma/migrations')]);
    return new AnalyticsDatabase(configFor(urls, change), drop);
  }

  async drop(): Promise<void> {
    await this.data.disconnect();
    await this.dropDatabase();
  }
}

/** What a process is told, with ports that are free and services that are not there. */
function configFor({ appUrl }: ServiceDatabase, change: Readonly<Record<string, string>>): AnalyticsConfig {
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
    ...change,
  });
}
