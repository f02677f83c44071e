import { createHash } from 'node:crypto';
import { contracts } from '../contracts.js';
import { ROW_SCOPES, type RowScope } from './context.js';

/** One entry of the exchanged token's `authorization.permissions`. */
export interface Permission {
  readonly rsname: string;
  /** Keycloak leaves it out for a resource granted without scopes: nothing is granted then. */
  readonly scopes?: readonly string[];
}

const DENY = 'deny:';

/**
 * What a caller may do: the permissions of his exchanged token, minus those
 * denied to him.
 *
 * A scope `deny:<scope>` takes exactly `<scope>` away. A child resource has no
 * scopes of its own and answers as its parent.
 */
export class Grants {
  /** Names this set of rights: equal for tokens that grant the same. For masks and ETags. */
  readonly hash: string;

  private readonly scopes = new Map<string, ReadonlySet<string>>();
  private readonly rows = new Map<string, Map<string, RowScope>>();
  private readonly written = new Set<string>();

  constructor(
    permissions: readonly Permission[],
    private readonly parents: ReadonlyMap<string, string> = declaredParents,
  ) {
    const collected = collect(permissions);
    for (const [resource, scopes] of collected) {
      this.scopes.set(resource, scopes);
      this.rows.set(resource, widestByAction(scopes));
      if (changesRows(scopes)) this.written.add(resource);
    }
    this.hash = hashOf(collected);
  }

  /** The widest rows on which he may do it; undefined when on none. Not for `create` and `import`, which have no rows. */
  widest(resource: string, action: string): RowScope | undefined {
    return this.rows.get(this.owner(resource))?.get(action);
  }

  /** May he do it at all? For every action, with rows or without. */
  may(resource: string, action: string): boolean {
    const owner = this.owner(resource);
    return this.rows.get(owner)?.has(action) === true || this.scopes.get(owner)?.has(action) === true;
  }

  /** May he read the fields of this group? The group "" is that of the fields that name none. */
  readable(resource: string, group: string): boolean {
    const readsRows = this.widest(resource, 'read') !== undefined;
    return group === '' ? readsRows : readsRows && this.has(resource, `read:${group}`);
  }

  /**
   * May he write the fields of this group, where an rpc lets him write? The
   * group "" goes with any right to change: which one is the rpc's rule.
   */
  writable(resource: string, group: string): boolean {
    const changes = this.written.has(this.owner(resource));
    return group === '' ? changes : changes && this.has(resource, `update:${group}`);
  }

  private has(resource: string, scope: string): boolean {
    return this.scopes.get(this.owner(resource))?.has(scope) === true;
  }

  private owner(resource: string): string {
    let owner = resource;
    for (let parent = this.parents.get(owner); parent !== undefined; parent = this.parents.get(owner)) owner = parent;
    return owner;
  }
}

/** Of each child resource, the resource whose scopes it shares. */
const declaredParents = new Map(
  contracts.resources().flatMap(({ name, parent }) => (parent === undefined ? [] : [[name, parent] as const])),
);

function collect(permissions: readonly Permission[]): Map<string, ReadonlySet<string>> {
  const named = new Map<string, Set<string>>();
  for (const { rsname, scopes = [] } of permissions) {
    const all = named.get(rsname) ?? new Set();
    for (const scope of scopes) all.add(scope);
    named.set(rsname, all);
  }
  const granted = new Map<string, ReadonlySet<string>>();
  for (const [resource, all] of [...named].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const kept = [...all].filter((scope) => !scope.startsWith(DENY) && !all.has(DENY + scope));
    if (kept.length > 0) granted.set(resource, new Set(kept.sort()));
  }
  return granted;
}

function widestByAction(scopes: ReadonlySet<string>): Map<string, RowScope> {
  const widest = new Map<string, RowScope>();
  for (const row of ROW_SCOPES) {
    for (const scope of scopes) {
      const [action, of] = scope.split('@');
      if (action !== undefined && of === row) widest.set(action, row);
    }
  }
  return widest;
}

function changesRows(scopes: ReadonlySet<string>): boolean {
  return [...scopes].some((scope) => !scope.includes(':') && !scope.startsWith('read@'));
}

function hashOf(granted: ReadonlyMap<string, ReadonlySet<string>>): string {
  const text = [...granted].map(([resource, scopes]) => `${resource} ${[...scopes].join(' ')}`).join('\n');
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
