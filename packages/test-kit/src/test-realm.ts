import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AdminApi } from '../../../deploy/keycloak/admin-api.ts';
import { createLogin, employeeAttributes, type Login } from '../../../deploy/keycloak/logins.ts';
import { applyRealm } from '../../../deploy/keycloak/realm.ts';
import { testServers } from './config.js';
import { confidentialClients } from './servers/service-environment.js';
import { projectFolder } from './servers/tool-paths.js';

const PASSWORD = 'a password of tests';
const CLI_CLIENT = 'rapport-demo-cli';
const LOGIN_ATTEMPTS = 5;
/** Keycloak takes two failed logins within a second for an attack and locks the user for a minute. */
const LOGIN_PAUSE_MS = 1_500;

/** What a login says of an employee. */
export interface Identity {
  readonly employeeId: string;
  readonly branchId: string;
  /** Ids of departments from the root to his own, joined by `/`. */
  readonly departmentPath: string;
  /** As contacts knows it, where a real contacts runs: it disables the login of an employee without one. */
  readonly username?: string;
}

/** Somebody who is logged in. */
export interface LoggedIn {
  readonly token: string;
}

/**
 * A realm of the real Keycloak, with the roles and the rights of the access matrix. The suites of one run share it:
 * applying it takes seconds, and nobody's login disturbs another's. A suite that changes rights makes a realm of its own.
 */
export class TestRealm {
  private constructor(
    readonly name: string,
    private readonly api: AdminApi,
  ) {}

  static async shared(): Promise<TestRealm> {
    const { folder, keycloak, postgres } = testServers();
    const name = `tests-${hashOfRights()}`;
    const login = {
      keycloakUrl: keycloak.url,
      admin: { username: keycloak.adminUsername, password: keycloak.adminPassword },
    };
    const applied = join(folder, `${name}.applied`);
    await alone(postgres.superuserUrl, async () => {
      if (existsSync(applied)) return;
      await applyRealm({
        ...login,
        realm: name,
        clientSecrets: Object.fromEntries(confidentialClients.map((client) => [client, TestRealm.secretOf(client)])),
        publicUrl: 'http://127.0.0.1:3000',
        cli: true,
        users: { admin: { password: PASSWORD }, importer: { password: PASSWORD } },
      });
      writeFileSync(applied, '');
    });
    return new TestRealm(name, new AdminApi(login, name));
  }

  static secretOf(client: string): string {
    return `secret of ${client}, for tests`;
  }

  /** What a service must be told to know the realm. */
  environment(service: string): Record<string, string> {
    return {
      KEYCLOAK_URL: testServers().keycloak.url,
      KEYCLOAK_REALM: this.name,
      OIDC_CLIENT_SECRET: TestRealm.secretOf(`svc-${service}`),
      ALLOWED_AZP: [CLI_CLIENT, ...confidentialClients].join(','),
    };
  }

  /** The bootstrap administrator, or the importer. */
  async program(username: 'admin' | 'importer'): Promise<LoggedIn> {
    return { token: await this.token(username) };
  }

  /** A new login of an employee, with one role. */
  async employee(role: string, identity: Identity): Promise<LoggedIn> {
    const { employeeId, branchId, departmentPath } = identity;
    const { username = `${role}-${randomBytes(6).toString('hex')}` } = identity;
    const attributes = employeeAttributes({
      employeeId,
      branchIds: [branchId],
      departmentPaths: [departmentPath],
      homeBranchId: branchId,
      homeDepartmentId: departmentPath.split('/').at(-1)!,
    });
    const login = { username, password: PASSWORD, roles: [role], attributes };
    return { token: await this.firstToken(login) };
  }

  /**
   * Contacts writes the logins of its employees too, perhaps at this moment: then one of the two is refused, or Keycloak
   * keeps the user in its cache as he was before the password. Once contacts is done, the next attempt finds him whole.
   */
  private async firstToken(login: Login): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const id = await createLogin(this.api, login);
        await this.api.put(`/users/${id}/reset-password`, {
          type: 'password',
          value: login.password,
          temporary: false,
        });
        return await this.token(login.username);
      } catch (error) {
        if (attempt === LOGIN_ATTEMPTS) throw error;
        await sleep(LOGIN_PAUSE_MS);
      }
    }
  }

  private async token(username: string): Promise<string> {
    const response = await fetch(`${testServers().keycloak.url}/realms/${this.name}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', client_id: CLI_CLIENT, username, password: PASSWORD }),
    });
    const body = (await response.json()) as { access_token?: string; error?: string; error_description?: string };
    if (body.access_token === undefined)
      throw new Error(`${username} cannot log in: ${body.error} ${body.error_description}`);
    return body.access_token;
  }
}

/** Servers may outlive a change of the contracts or of the matrix: then it is another realm. */
function hashOfRights(): string {
  const hash = createHash('sha256');
  for (const file of ['packages/contracts/image.binpb', 'deploy/keycloak/access-matrix.yaml']) {
    hash.update(readFileSync(join(projectFolder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

/** Suites may run side by side. */
async function alone(superuserUrl: string, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query(`select pg_advisory_lock(hashtextextended('the realm of tests', 0))`);
    await work();
  } finally {
    await client.end();
  }
}
