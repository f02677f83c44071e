import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** Short programs that the launcher runs to their end: migrations, the demo company. */
export class Tasks {
  private readonly running = new Set<ChildProcess>();

  /** Runs a script of ours; rejects with the end of what it wrote when it fails. */
  async run(
    name: string,
    args: string[],
    options: { cwd: string; env: Record<string, string>; logFile: string },
  ): Promise<void> {
    const log = openSync(options.logFile, 'w');
    const child = spawn(process.execPath, args, { cwd: options.cwd, env: options.env, stdio: ['ignore', log, log] });
    closeSync(log);
    this.running.add(child);
    const how = await new Promise<string | undefined>((resolve) => {
      child.once('error', (error) => resolve(`could not be run: ${error.message}`));
      child.once('exit', (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? `code ${code}`}`));
    });
    this.running.delete(child);
    if (how === undefined) return;
    const end = readFileSync(options.logFile, 'utf8').trimEnd().split('\n').slice(-25).join('\n');
    throw new Error(`${name} ${how}. The end of ${options.logFile}:\n${end}`);
  }

  kill(): void {
    for (const child of this.running) child.kill('SIGTERM');
  }
}
