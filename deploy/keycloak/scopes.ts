import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { contracts as declared, type Contracts, type ResourceContract } from '@rapport/service-kit/contracts';

/** One resource of Keycloak's authorization services, as the contracts make it. */
export interface DerivedResource {
  readonly name: string;
  /** What can be granted; each has a twin `deny:<scope>` beside. */
  readonly scopes: readonly string[];
}

export const DENY = 'deny:';

const ROWS = ['own', 'department', 'branch', 'all'];
/** Actions without a row: nothing is there yet whose owner could be asked. */
const ROWLESS = new Set(['create', 'import']);

/**
 * Which resources and scopes the contracts declare: the rows kind, the rpcs'
 * rules, the verbs and the fields' groups say it all. A child resource has
 * none: it is reached with its parent's.
 */
export function deriveResources(contracts: Contracts = declared): DerivedResource[] {
  const groups = collectGroups(contracts);
  return contracts
    .resources()
    .filter(({ rows }) => rows !== 'CHILD_OF')
    .map((resource) => ({
      name: resource.name,
      scopes: [...actionScopes(contracts, resource), ...groupScopes(groups.get(resource.name))].sort(),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The twin that takes a granted scope away from one person. */
export function denyTwin(scope: string): string {
  return `${DENY}${scope}`;
}

function actionScopes(contracts: Contracts, { name, rows, verbs }: ResourceContract): string[] {
  const actions = new Set(['read', ...verbs]);
  for (const { rule } of contracts.methods()) if (rule.resource === name) actions.add(rule.action);
  // Whoever may make a row may be given the right to make it as history.
  if (actions.has('create')) actions.add('import');
  const kinds = rows === 'OWNED' ? ROWS : ['all'];
  return [...actions].flatMap((action) => (ROWLESS.has(action) ? [action] : kinds.map((row) => `${action}@${row}`)));
}

function groupScopes(groups: ReadonlySet<string> = new Set()): string[] {
  return [...groups].flatMap((group) => [`read:${group}`, `update:${group}`]);
}

/** Of each resource, the groups of its fields, those of messages inside it included. */
function collectGroups(contracts: Contracts): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const { name, desc } of contracts.resources()) {
    const owner = ownerOf(contracts, name);
    for (const field of fieldsWithin(contracts, desc)) {
      const { group, resource } = contracts.fieldRule(field);
      // A figure's field names a group that its resource declares itself.
      if (group === '' || resource !== '') continue;
      groups.set(owner, (groups.get(owner) ?? new Set()).add(group));
    }
  }
  return groups;
}

function ownerOf(contracts: Contracts, name: string): string {
  const { parent } = contracts.resource(name);
  return parent === undefined ? name : ownerOf(contracts, parent);
}

function* fieldsWithin(contracts: Contracts, desc: DescMessage, seen = new Set<DescMessage>()): Generator<DescField> {
  if (seen.has(desc)) return;
  seen.add(desc);
  for (const field of desc.fields) {
    yield field;
    const { message } = field;
    if (message && !contracts.resourceOfMessage(message)) yield* fieldsWithin(contracts, message, seen);
  }
}
