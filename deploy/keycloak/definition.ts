/** Everything about the realm that does not follow from the contracts. Pure: what Keycloak should hold. */

export const IDENTITY_SCOPE = 'rapport-identity';
export const RESOURCE_SERVER = 'gateway';
export const WEB_CLIENT = 'rapport-web';
export const CLI_CLIENT = 'rapport-demo-cli';

/** Tokens live so long, plain and exchanged alike: what a kept one can still do ends with it. */
const TOKEN_LIFESPAN_S = 300;

export interface RealmChoices {
  readonly realm: string;
  readonly publicUrl: string;
  /** Of the confidential clients. */
  readonly clientSecrets: Readonly<Record<string, string>>;
  /** Adds the public client with the password grant, for scripts; never where the chart installs. */
  readonly cli: boolean;
}

export type ClientRepresentation = Readonly<Record<string, unknown>> & {
  readonly clientId: string;
  readonly attributes?: Readonly<Record<string, string>>;
};

export interface MapperRepresentation {
  readonly name: string;
  readonly protocol: string;
  readonly protocolMapper: string;
  readonly config: Readonly<Record<string, string>>;
}

/** Settings of the realm itself. */
export function realmSettings(realm: string): Readonly<Record<string, unknown>> {
  return {
    realm,
    enabled: true,
    displayName: 'Rapport',
    sslRequired: 'external',
    registrationAllowed: false,
    loginWithEmailAllowed: false,
    editUsernameAllowed: false,
    accessTokenLifespan: TOKEN_LIFESPAN_S,
    bruteForceProtected: true,
    failureFactor: 10,
    waitIncrementSeconds: 60,
    maxFailureWaitSeconds: 900,
    passwordPolicy: 'length(8)',
  };
}

/**
 * The claims that say who calls. Keycloak mints an exchanged token with the
 * resource server's mappers, so this scope is a default one of `gateway` and
 * of every client that logs in. It stands alone: roles, profile and e-mail stay
 * out of tokens that travel with every call.
 */
export function identityMappers(): MapperRepresentation[] {
  return [
    mapper('sub', 'oidc-sub-mapper', { 'access.token.claim': 'true' }),
    mapper('aud gateway', 'oidc-audience-mapper', {
      'included.client.audience': RESOURCE_SERVER,
      'access.token.claim': 'true',
      'id.token.claim': 'false',
    }),
    mapper('preferred_username', 'oidc-usermodel-attribute-mapper', claim('username', 'preferred_username', false)),
    ...['principal', 'employee_id', 'home_branch_id', 'home_department_id'].map((name) => attribute(name, false)),
    ...['branch_ids', 'department_paths'].map((name) => attribute(name, true)),
  ];
}

/** The clients; `services` are the `svc-*` of the access matrix. */
export function clients(choices: RealmChoices, services: readonly string[]): ClientRepresentation[] {
  const { clientSecrets, publicUrl, cli } = choices;
  const secretOf = (client: string): string => {
    const secret = clientSecrets[client];
    if (secret === undefined || secret === '') throw new Error(`The client ${client} needs a secret.`);
    return secret;
  };
  return [
    {
      ...client(RESOURCE_SERVER, 'The door of the platform: resource server of all rights'),
      serviceAccountsEnabled: true,
      authorizationServicesEnabled: true,
      secret: secretOf(RESOURCE_SERVER),
    },
    {
      ...client(WEB_CLIENT, 'Login in the browser; the gateway is its backend'),
      standardFlowEnabled: true,
      // One process uses both clients: an installation may give them one secret.
      secret: clientSecrets[WEB_CLIENT] ?? secretOf(RESOURCE_SERVER),
      redirectUris: [`${publicUrl}/v1/session/callback`],
      attributes: { 'pkce.code.challenge.method': 'S256', 'post.logout.redirect.uris': `${publicUrl}/*` },
    },
    ...services.map((name) => ({
      ...client(name, 'A service acting by itself'),
      serviceAccountsEnabled: true,
      // contacts calls the admin API with its own token, which must carry its roles' scope.
      fullScopeAllowed: name === 'svc-contacts',
      secret: secretOf(name),
    })),
    ...(cli
      ? [{ ...client(CLI_CLIENT, 'Password grant for scripts'), publicClient: true, directAccessGrantsEnabled: true }]
      : []),
  ];
}

function client(clientId: string, description: string) {
  return {
    clientId,
    description,
    protocol: 'openid-connect',
    enabled: true,
    publicClient: false,
    clientAuthenticatorType: 'client-secret',
    standardFlowEnabled: false,
    implicitFlowEnabled: false,
    directAccessGrantsEnabled: false,
    serviceAccountsEnabled: false,
    fullScopeAllowed: false,
    redirectUris: [] as string[],
    webOrigins: [] as string[],
    defaultClientScopes: [IDENTITY_SCOPE],
    optionalClientScopes: [] as string[],
  };
}

function attribute(name: string, multivalued: boolean): MapperRepresentation {
  return mapper(name, 'oidc-usermodel-attribute-mapper', claim(name, name, multivalued));
}

function claim(from: string, name: string, multivalued: boolean): Record<string, string> {
  return {
    'user.attribute': from,
    'claim.name': name,
    'jsonType.label': 'String',
    multivalued: String(multivalued),
    'access.token.claim': 'true',
    'id.token.claim': 'false',
    'userinfo.token.claim': 'false',
  };
}

function mapper(name: string, protocolMapper: string, config: Record<string, string>): MapperRepresentation {
  return { name, protocol: 'openid-connect', protocolMapper, config };
}
