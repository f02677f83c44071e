import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { processIdentity } from '@rapport/test-kit/servers/process-identity';

/** The ignored folder in which everything of one running platform lives. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  /** Takes the folder for this process; throws one sentence when another launcher holds it. */
  claim(): void {
    mkdirSync(this.path, { recursive: true });
    const file = this.at('launcher.json');
    const holder = readJson<{ pid: number; identity: string }>(file);
    if (holder && processIdentity(holder.pid) === holder.identity) {
      const { gateway } = readJson<{ gateway: string }>(this.at('addresses.json')) ?? {};
      const where = gateway ? ` at ${gateway}` : '';
      throw new Error(
        `Rapport is already running from this folder${where} (process ${holder.pid}): press Ctrl-C there first.`,
      );
    }
    rmSync(file, { force: true });
    const lock = openSync(file, 'wx'); // of two started at the same moment, one fails here
    writeSync(lock, JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) }));
    closeSync(lock);
  }

  release(): void {
    rmSync(this.at('launcher.json'), { force: true });
  }

  /** Deletes what earlier runs left, except the claim of this one. */
  clear(): void {
    for (const name of readdirSync(this.path)) {
      if (name !== 'launcher.json') rmSync(this.at(name), { recursive: true, force: true });
    }
  }

  /** The log file of one process; the log of the run before is kept beside it. */
  logFile(name: string): string {
    const file = this.at('logs', `${name}.log`);
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file)) renameSync(file, this.at('logs', `${name}.previous.log`));
    return file;
  }

  read<T>(name: string): T | undefined {
    return readJson<T>(this.at(name));
  }

  remove(...names: string[]): void {
    for (const name of names) rmSync(this.at(name), { force: true });
  }

  /** Written whole or not at all; only this account may read it, since addresses and secrets hold passwords. */
  write(name: string, value: unknown): void {
    const file = this.at(name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
