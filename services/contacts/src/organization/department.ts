import { AppError } from '@rapport/service-kit/errors';

/** What the tree's rules need to know of a department. */
export interface TreeNode {
  readonly id: string;
  /** Ids from the root to it, itself included. */
  readonly path: readonly string[];
}

/** The path of a department below its parent, or of a root. */
export function pathBelow(parent: TreeNode | undefined, id: string): string[] {
  return [...(parent?.path ?? []), id];
}

/** @throws FAILED_PRECONDITION/DEPARTMENT_CYCLE when the parent stands below the department itself */
export function assertNoCycle(id: string, parent: TreeNode): void {
  if (!parent.path.includes(id)) return;
  throw new AppError('FAILED_PRECONDITION', 'DEPARTMENT_CYCLE', 'A department cannot stand below itself.', {
    id,
    parentId: parent.id,
  });
}

/** New paths of the departments below one that moved from `before` to `after`. */
export function movedPaths(
  before: readonly string[],
  after: readonly string[],
  below: readonly TreeNode[],
): TreeNode[] {
  return below.map(({ id, path }) => ({ id, path: [...after, ...path.slice(before.length)] }));
}
