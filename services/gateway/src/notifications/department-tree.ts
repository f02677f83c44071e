/**
 * The tree of departments, as far as it is known: learned from contacts' events
 * and from the claims of those who are connected. What is not known yet is
 * nobody's child, so an unknown department is seen only by its own people.
 */
export class DepartmentTree {
  private readonly parents = new Map<string, { parentId: string; version: number }>();

  /** A department as an event tells it; an older event than the one known changes nothing. */
  learn(id: string, parentId: string, version: number): void {
    const known = this.parents.get(id);
    if (known === undefined || known.version <= version) this.parents.set(id, { parentId, version });
  }

  /** A path of ids, root first, as a claim tells it: a stand-in until an event tells better. */
  learnPath(path: string): void {
    const ids = path.split('/').filter((id) => id !== '');
    ids.forEach((id, index) => {
      if (!this.parents.has(id)) this.parents.set(id, { parentId: ids[index - 1] ?? '', version: 0 });
    });
  }

  /** Whether the department is one of these or lies below one of them. */
  isWithin(id: string, roots: ReadonlySet<string>): boolean {
    const seen = new Set<string>();
    for (let current = id; current !== '' && !seen.has(current); current = this.parents.get(current)?.parentId ?? '') {
      if (roots.has(current)) return true;
      seen.add(current);
    }
    return false;
  }
}
