import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity, signalGroup, waitForExit } from './process-identity.js';

interface PidRecord {
  pid: number;
  identity?: string;
  stopSignal: NodeJS.Signals;
}

/**
 * Stops the servers that a killed run left behind, as their pid files tell, and returns their names.
 *
 * They are stopped, not adopted: a new run then starts from one known state, with its own code, ports and settings.
 * A number that now belongs to another process is recognised by its start time and left alone.
 */
export async function stopLeftBehind(pidFolder: string): Promise<string[]> {
  const found = pidRecords(pidFolder).filter(({ record }) => isSame(record));
  // Services first: they let go of the database and the broker while these still answer.
  const isStore = (name: string): boolean => ['postgres', 'nats', 'keycloak'].includes(name);
  await Promise.all(found.filter(({ name }) => !isStore(name)).map(({ record }) => end(record, 5_000)));
  await Promise.all(found.filter(({ name }) => isStore(name)).map(({ record }) => end(record, 10_000)));
  rmSync(pidFolder, { recursive: true, force: true });
  return found.map(({ name }) => name);
}

function pidRecords(folder: string): { name: string; record: PidRecord }[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    return [];
  }
  return files.flatMap((file) => {
    try {
      const record = JSON.parse(readFileSync(join(folder, file), 'utf8')) as PidRecord;
      return [{ name: file.replace(/\.json$/, ''), record }];
    } catch {
      return []; // cut off while being written: that process was never waited for either
    }
  });
}

function isSame(record: PidRecord): boolean {
  return record.identity !== undefined && processIdentity(record.pid) === record.identity;
}

async function end(record: PidRecord, timeoutMs: number): Promise<void> {
  signalGroup(record.pid, record.stopSignal);
  if (await waitForExit(record.pid, record.identity ?? '', timeoutMs)) return;
  signalGroup(record.pid, 'SIGKILL');
  await waitForExit(record.pid, record.identity ?? '', 5_000);
}
