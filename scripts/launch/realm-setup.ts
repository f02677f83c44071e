import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { projectFolder } from '@rapport/test-kit/servers/tool-paths';
import { hashOf } from '../stamps.mjs';
import type { Login } from './page.ts';
import type { RunFolder } from './run-folder.ts';

export interface WantedRealm {
  keycloakUrl: string;
  admin: { username: string; password: string };
  realm: string;
  clientSecrets: Record<string, string>;
  publicUrl: string;
  demo: boolean;
  passwords: { administrator: string; importer: string };
}

/** What the launcher needs to know of the realm. */
export interface RealmSetup {
  keycloakUrl: string;
  clientId: string;
  users: Login[];
}

/**
 * Brings the realm into step with the contracts and the access matrix. Left out when neither has changed since it was
 * last done for this installation: it takes Keycloak several seconds, and `npm run access:diff` shows drift.
 */
export async function setUpRealm(run: RunFolder, wanted: WantedRealm): Promise<RealmSetup> {
  const sources = hashOf(projectFolder, ['deploy/keycloak', 'packages/contracts/image.binpb']);
  const hash = createHash('sha256').update(JSON.stringify(wanted)).update(sources).digest('hex');
  const done = run.read<{ hash: string; result: RealmSetup }>('realm.json');
  if (done?.hash === hash) return done.result;
  const { applyRealm } = (await import(pathToFileURL(join(projectFolder, 'deploy/keycloak/realm.ts')).href)) as {
    applyRealm: (wanted: WantedRealm) => Promise<Omit<RealmSetup, 'keycloakUrl'>>;
  };
  const { clientId, users } = await applyRealm(wanted);
  const result = { keycloakUrl: wanted.keycloakUrl, clientId, users };
  run.write('realm.json', { hash, result });
  return result;
}
