import type { CallContext } from '@rapport/service-kit/access';
import { EVERYTHING, oneOf, type CubePredicate } from '../figures/cube-predicate.js';

/**
 * Whose deals the figures of one caller are made of. The row scopes of
 * `deals.deal` apply to whom a deal is credited, not to who owns it now, and
 * participants do not widen them.
 */
export type FigureScope =
  | { readonly kind: 'all' }
  | {
      readonly kind: 'among';
      readonly dimension: 'manager' | 'department' | 'branch';
      readonly values: readonly string[];
    };

/** The tree of departments, as far as a scope needs it. */
export interface DepartmentTree {
  /** The department and everything below it. */
  withBelow(departmentId: string): readonly string[];
}

export function figureScope(
  { principal, grants }: Pick<CallContext, 'principal' | 'grants'>,
  departments: DepartmentTree,
): FigureScope {
  const nobody: FigureScope = { kind: 'among', dimension: 'manager', values: [] };
  switch (grants.widest('deals.deal', 'read')) {
    case 'all':
      return { kind: 'all' };
    case 'branch':
      return { kind: 'among', dimension: 'branch', values: [...principal.branchIds].sort() };
    case 'department': {
      const own = principal.departmentPaths.map((path) => path.slice(path.lastIndexOf('/') + 1));
      const below = own.flatMap((id) => [id, ...departments.withBelow(id)]);
      return { kind: 'among', dimension: 'department', values: [...new Set(below)].sort() };
    }
    case 'own':
      return principal.employeeId === undefined
        ? nobody
        : { kind: 'among', dimension: 'manager', values: [principal.employeeId] };
    case undefined:
      return nobody;
  }
}

export function scopePredicate(scope: FigureScope): CubePredicate {
  return scope.kind === 'all' ? EVERYTHING : oneOf(scope.dimension, scope.values);
}
