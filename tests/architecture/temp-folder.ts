import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Root of the repository. */
export const root = join(import.meta.dirname, '../..');

/** A folder to plant violations in; it sees the packages and third-party contracts of the repository. */
export class TempFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'rapport-architecture-'));

  constructor() {
    mkdirSync(join(this.path, '.cache'));
    symlinkSync(join(root, '.cache/proto'), join(this.path, '.cache/proto'));
    symlinkSync(join(root, 'node_modules'), join(this.path, 'node_modules'));
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      const file = join(this.path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
