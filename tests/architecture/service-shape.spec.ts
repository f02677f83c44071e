import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from './temp-folder.ts';

const services = readdirSync(join(root, 'services'));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const lines = (path: string): number => read(path).trimEnd().split('\n').length;

/** What docs/style.md asks of a service that its folder does not have. */
function missingFor(service: string): string[] {
  const folder = `services/${service}`;
  const files = ['README.md', 'package.json', 'src/main.ts', 'src/app.module.ts', 'src/config.ts'];
  const missing = files.filter((file) => !existsSync(join(root, folder, file)));
  if (existsSync(join(root, folder, 'src/main.ts')) && lines(`${folder}/src/main.ts`) > 15) {
    missing.push('src/main.ts of 15 lines or fewer');
  }
  if (existsSync(join(root, folder, 'prisma/schema.prisma'))) {
    const schema = read(`${folder}/prisma/schema.prisma`);
    // Without it a filter whose value is missing matches every row.
    if (!schema.includes('strictUndefinedChecks')) missing.push('strictUndefinedChecks in prisma/schema.prisma');
    if (globSync(join(root, folder, 'prisma/migrations/*/migration.sql')).length === 0)
      missing.push('prisma/migrations');
  }
  if (globSync(join(root, folder, 'test/**/*.int-spec.ts')).length === 0) missing.push('test/*.int-spec.ts');
  return missing;
}

describe('a service', () => {
  it('is one of the seven', () => {
    expect(services.sort()).toEqual(['analytics', 'billing', 'contacts', 'deals', 'gateway', 'marketing', 'quality']);
  });

  it.each(services)('%s has all that a service has', (service) => {
    expect(missingFor(service)).toEqual([]);
  });

  it.each(services)('%s names the same package everywhere', (service) => {
    const { name } = JSON.parse(read(`services/${service}/package.json`)) as { name: string };
    expect(name).toBe(`@rapport/${service}`);
    if (service !== 'gateway') expect(existsSync(join(root, 'proto/rapport', service, 'v1'))).toBe(true);
  });

  it.each(services)('%s has a README of about a page', (service) => {
    const readme = join(root, 'services', service, 'README.md');
    const words = existsSync(readme) ? readFileSync(readme, 'utf8').split(/\s+/).length : 0;
    // Long enough to say something, short enough to be read.
    expect(words).toBeGreaterThan(80);
    expect(words).toBeLessThan(900);
  });
});

describe('the packages', () => {
  it('are three, and a fourth needs an ADR', () => {
    expect(readdirSync(join(root, 'packages')).sort()).toEqual(['contracts', 'service-kit', 'test-kit']);
  });

  it('have nothing written by hand among the contracts', () => {
    const written = globSync('packages/contracts/src/**/*.ts', { cwd: root }).filter(
      (file) => !file.includes('/generated/'),
    );
    expect(written).toEqual([]);
  });

  it('promise something at the top of each sub-path of the kit', () => {
    const silent = globSync('packages/service-kit/src/*.ts', { cwd: root })
      .filter((file) => !file.endsWith('.spec.ts'))
      .filter((file) => !/^\/\*\*\n \* # [a-z-]+: .+\n/.test(read(file)));
    expect(silent).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('holds no address of a registry', () => {
    // Links to our own workspaces are paths; the registry is whatever the machine is set up with.
    expect(read('package-lock.json')).not.toMatch(/"resolved": "\w+:/);
  });
});

describe('package.json files', () => {
  const manifests = ['package.json', ...globSync('{packages,services}/*/package.json', { cwd: root })];

  it.each(manifests)('%s pins exact versions', (manifest) => {
    const content = JSON.parse(read(manifest)) as Record<string, Record<string, string> | undefined>;
    const versions = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.entries(content[kind] ?? {}),
    );
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });
});
