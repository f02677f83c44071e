// Compares the contracts with those of an earlier commit and fails when the wire or the JSON would break.
//   node scripts/check-breaking.ts [commit]
// Without a commit: origin/main where this branch has left it, else HEAD while proto/ has uncommitted changes, else the
// commit before HEAD. A clone without history has nothing to compare with and says so.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const buf = join(root, 'node_modules/.bin/buf');

function git(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function commitToCompareWith(): string | undefined {
  const head = git('rev-parse', 'HEAD');
  const forked = git('merge-base', 'HEAD', 'origin/main');
  if (forked && forked !== head) return forked;
  if (git('status', '--porcelain', '--', 'proto')) return head;
  return git('rev-parse', '--verify', '--quiet', 'HEAD~1');
}

const commit = process.argv[2] ?? commitToCompareWith();
if (!commit || !git('ls-tree', commit, '--', 'proto')) {
  console.log('breaking: no earlier contracts to compare with');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-contracts-'));
  try {
    // buf cannot take .git itself as input: the third-party imports are not in it (scripts/generate.mjs collects them).
    const archive = execFileSync('git', ['archive', commit, 'proto', 'buf.yaml'], { cwd: root, maxBuffer: 1 << 28 });
    execFileSync('tar', ['x', '-C', folder], { input: archive });
    mkdirSync(join(folder, '.cache'));
    symlinkSync(join(root, '.cache/proto'), join(folder, '.cache/proto'));
    const { status } = spawnSync(buf, ['breaking', '--against', folder], { cwd: root, stdio: 'inherit' });
    console.log(`breaking: compared with ${commit.slice(0, 12)}`);
    process.exitCode = status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
