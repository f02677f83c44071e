import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A command made fit to run without root's rights. */
export interface UnprivilegedCommand {
  command: string;
  args: string[];
  account?: { uid: number; gid: number };
}

/** The account that stands in for root, or `undefined` when we are not root. */
export function standInForRoot(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // not on this machine: try the next
    }
  }
  throw new Error('PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody.');
}

/**
 * PostgreSQL refuses to run as root, so as root its programs run under another account.
 *
 * That account cannot enter a project that lies in a private folder (`/root`, `mktemp -d`). There the program keeps the
 * one capability that lets it pass through folders, and nothing else of root.
 */
export function withoutRoot(command: string, args: string[], folders: string[]): UnprivilegedCommand {
  const account = standInForRoot();
  if (account === undefined) return { command, args };
  if ([dirname(command), ...folders].every((folder) => canEnter(folder, account))) return { command, args, account };
  const capability = passThroughCapability();
  return {
    command: 'setpriv',
    args: [
      `--reuid=${account.uid}`,
      `--regid=${account.gid}`,
      '--clear-groups',
      '--securebits=+no_setuid_fixup', // else access(2) judges by the account alone, and PostgreSQL asks it
      `--inh-caps=-all,+${capability}`,
      `--ambient-caps=-all,+${capability}`,
      command,
      ...args,
    ],
  };
}

function canEnter(folder: string, account: { uid: number; gid: number }): boolean {
  for (let path = folder; ; path = dirname(path)) {
    const { mode, uid, gid } = statSync(path);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

function passThroughCapability(): string {
  const status = readFileSync('/proc/self/status', 'utf8');
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  // Containers usually keep the second and drop the first, which is the narrower of the two.
  if (held & (1n << 2n)) return 'dac_read_search';
  if (held & (1n << 1n)) return 'dac_override';
  throw new Error(
    'PostgreSQL refuses to run as root, and no other user may enter this folder: move the project to a folder that all users may enter, or start it as an ordinary user.',
  );
}
