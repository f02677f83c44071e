import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DENY, type DerivedResource } from './scopes.ts';

/** Scopes that one holder is given on each resource. */
export type ScopesByResource = Readonly<Record<string, readonly string[]>>;

/** One line of policy: who, and what he is given. */
export interface Holder {
  /** `seller`, `everyone`, `svc-deals`, `services`. */
  readonly name: string;
  readonly kind: 'roles' | 'clients';
  /** Realm roles or clients, any of which makes a holder. */
  readonly members: readonly string[];
  readonly scopes: ScopesByResource;
}

/** The access matrix, read and checked against what the contracts declare. */
export interface Matrix {
  readonly roles: readonly string[];
  readonly clients: readonly string[];
  readonly holders: readonly Holder[];
}

type Grants = Record<string, string>;

interface MatrixFile {
  everyone: Grants;
  roles: Record<string, Grants>;
  services: Grants;
  clients: Record<string, Grants>;
}

export const MATRIX_FILE = join(import.meta.dirname, 'access-matrix.yaml');

/** Reads the matrix; throws one error that names every fault in it. */
export function readMatrix(resources: readonly DerivedResource[], text = readFileSync(MATRIX_FILE, 'utf8')): Matrix {
  const file = parse(text) as MatrixFile;
  const faults: string[] = [];
  const holder = (name: string, kind: Holder['kind'], members: string[], grants: Grants): Holder => ({
    name,
    kind,
    members,
    scopes: expandGrants(name, grants, resources, faults),
  });
  const roles = Object.keys(file.roles);
  const clients = Object.keys(file.clients);
  const holders = [
    holder('everyone', 'roles', roles, file.everyone),
    ...roles.map((role) => holder(role, 'roles', [role], file.roles[role] ?? {})),
    holder('services', 'clients', clients, file.services),
    ...clients.map((client) => holder(client, 'clients', [client], file.clients[client] ?? {})),
  ];
  if (faults.length > 0) throw new Error(`The access matrix is wrong:\n- ${faults.join('\n- ')}`);
  return { roles, clients, holders };
}

function expandGrants(
  who: string,
  grants: Grants,
  resources: readonly DerivedResource[],
  faults: string[],
): ScopesByResource {
  const expanded: Record<string, string[]> = {};
  for (const [name, words] of Object.entries(grants)) {
    const resource = resources.find((it) => it.name === name);
    if (resource === undefined) {
      faults.push(`${who}: the contracts declare no resource ${name}.`);
      continue;
    }
    const scopes = new Set(
      words
        .split(/\s+/)
        .filter(Boolean)
        .flatMap((word) => expandWord(word, resource)),
    );
    for (const scope of scopes) {
      if (scope.startsWith(DENY))
        faults.push(`${who}: ${name} ${scope}: a default that takes away is a default not given.`);
      else if (!resource.scopes.includes(scope)) faults.push(`${who}: ${name} has no scope ${scope}.`);
    }
    expanded[name] = [...scopes].sort();
  }
  return expanded;
}

/** `read|update@own` → read@own, update@own; `read|update:cost` likewise; `everything` → all that can be granted, on all rows. */
function expandWord(word: string, resource: DerivedResource): string[] {
  if (word === 'everything') return resource.scopes.filter((scope) => !scope.includes('@') || scope.endsWith('@all'));
  const [, actions = word, rest = ''] = /^([^@:]+)([@:].*)?$/.exec(word) ?? [];
  if (actions === 'deny') return [word];
  return actions.split('|').map((action) => `${action}${rest}`);
}
