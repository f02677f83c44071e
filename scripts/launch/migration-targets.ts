export interface MigrationTarget {
  service: string;
  ownerUrl: string;
  appRole: string;
}

/** Finds the addresses of the named services' databases; throws all that is missing at once. */
export function migrationTargets(services: string[], env: NodeJS.ProcessEnv): MigrationTarget[] {
  if (services.length === 0) throw new Error('Name the services to migrate: node scripts/migrate.ts contacts deals …');
  const missing: string[] = [];
  const targets = services.map((service) => {
    const [ownerUrl, appUrl] = ['DATABASE_OWNER_URL', 'DATABASE_URL'].map((kind) => {
      const name = `${kind}_${service.toUpperCase()}`;
      if (!env[name]) missing.push(`${name} is not set.`);
      return env[name] ?? '';
    });
    return { service, ownerUrl: ownerUrl ?? '', appRole: appUrl ? decodeURIComponent(new URL(appUrl).username) : '' };
  });
  if (missing.length > 0) throw new Error(missing.join('\n'));
  return targets;
}
