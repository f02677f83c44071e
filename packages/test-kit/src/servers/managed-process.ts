import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processIdentity, signalGroup } from './process-identity.js';

/** How one server process is run. */
export interface ProcessPlan {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd?: string;
  /** The account to run as; only root can choose one. */
  account?: { uid: number; gid: number };
  /** stdout and stderr are appended here. */
  logFile: string;
  /** Where `<name>.json` says which process this is, so that a later run finds what a killed one left behind. */
  pidFolder: string;
  /** Runs before every start, restarts included. */
  beforeStart?: () => Promise<void>;
  /** True once the server answers. */
  isReady: () => Promise<boolean>;
  readyTimeoutMs: number;
  stopSignal: 'SIGTERM' | 'SIGINT';
  stopTimeoutMs: number;
  /** When given, a process that ends by itself is started again, and each step is told here in one sentence. */
  onRestart?: (sentence: string) => void;
}

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 15_000;
/** A process that lived this long was healthy: its next fall is a first one again. */
const HEALTHY_AFTER_MS = 60_000;

/**
 * One server process: started until it answers, stopped with a bound, started again when it falls.
 *
 * It leads a process group of its own. Otherwise Ctrl-C in a terminal would reach every server at the same moment, and
 * nothing could be stopped in order.
 */
export class ManagedProcess {
  private readonly plan: ProcessPlan;
  private child: ChildProcess | undefined;
  private exited: Promise<string> = Promise.resolve('was not started');
  private state: 'idle' | 'starting' | 'running' | 'stopping' | 'stopped' = 'idle';
  private falls = 0;
  private readonly stopSignal = new AbortController();

  constructor(plan: ProcessPlan) {
    this.plan = plan;
  }

  get name(): string {
    return this.plan.name;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Resolves when the server answers; rejects, with the end of its log, when it ends before or stays silent. */
  async start(): Promise<void> {
    this.state = 'starting';
    await this.launch();
    if (this.stopSignal.signal.aborted) return;
    this.state = 'running';
    this.watch();
  }

  /** Asks it to leave, waits its bound, then kills it. Safe to call at any time, more than once. */
  async stop(): Promise<void> {
    if (this.state === 'stopped') return;
    this.state = 'stopping';
    this.stopSignal.abort();
    const pid = this.child?.pid;
    if (pid !== undefined && this.isAlive()) {
      signalGroup(pid, this.plan.stopSignal);
      const left = await Promise.race([this.exited, sleep(this.plan.stopTimeoutMs, undefined, { ref: false })]);
      if (left === undefined) signalGroup(pid, 'SIGKILL');
      await this.exited;
    }
    this.forget();
    this.state = 'stopped';
  }

  /** Ends it at once, without order: for the second Ctrl-C. */
  kill(): void {
    this.stopSignal.abort();
    if (this.child?.pid !== undefined && this.isAlive()) signalGroup(this.child.pid, 'SIGKILL');
    this.forget();
    this.state = 'stopped';
  }

  private isAlive(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  private async launch(): Promise<void> {
    const { plan } = this;
    await plan.beforeStart?.();
    if (this.stopSignal.signal.aborted) return;
    mkdirSync(dirname(plan.logFile), { recursive: true });
    const log = openSync(plan.logFile, 'a');
    const logStart = readFileSync(plan.logFile).length;
    const startedAt = Date.now();
    const child = spawn(plan.command, plan.args, {
      cwd: plan.cwd,
      env: plan.env,
      detached: true,
      stdio: ['ignore', log, log],
      ...(plan.account ?? {}),
    });
    closeSync(log);
    this.child = child;
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(`could not be run: ${error.message}`));
      child.once('exit', (code, signal) => resolve(signal ? `ended by ${signal}` : `ended with code ${code}`));
    });
    this.remember();
    await this.untilReady(startedAt + plan.readyTimeoutMs, logStart);
  }

  private async untilReady(deadline: number, logStart: number): Promise<void> {
    const { plan } = this;
    for (;;) {
      const answer = await Promise.race([this.exited, plan.isReady().catch(() => false)]);
      if (answer === true || this.stopSignal.signal.aborted) return;
      if (typeof answer === 'string') {
        this.forget();
        throw new Error(`${plan.name} ${answer}. ${this.endOfLog(logStart)}`);
      }
      if (Date.now() > deadline) {
        const seconds = Math.round(plan.readyTimeoutMs / 1000);
        throw new Error(`${plan.name} did not answer within ${seconds} s. ${this.endOfLog(logStart)}`);
      }
      await Promise.race([this.exited, sleep(100)]);
    }
  }

  private watch(): void {
    const upSince = Date.now();
    void this.exited.then((how) => {
      if (this.state !== 'running') return;
      this.forget();
      if (Date.now() - upSince > HEALTHY_AFTER_MS) this.falls = 0;
      if (this.plan.onRestart) void this.restart(how);
    });
  }

  private async restart(how: string): Promise<void> {
    const { plan } = this;
    const tell = plan.onRestart ?? (() => {});
    let reason = `${plan.name} ${how}.`;
    while (this.state === 'running') {
      const wait = Math.min(FIRST_BACKOFF_MS * 2 ** this.falls, LONGEST_BACKOFF_MS);
      this.falls += 1;
      tell(`${reason} Starting it again in ${wait / 1000} s; its log is ${plan.logFile}.`);
      await sleep(wait, undefined, { signal: this.stopSignal.signal }).catch(() => {});
      if (this.state !== 'running') return;
      try {
        const startedAt = Date.now();
        await this.launch();
        if (this.state !== 'running') return;
        tell(`${plan.name} is back after ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
        this.watch();
        return;
      } catch (error) {
        if (this.child?.pid !== undefined && this.isAlive()) signalGroup(this.child.pid, 'SIGKILL');
        reason = (error as Error).message.split('\n', 1)[0] ?? '';
      }
    }
  }

  private endOfLog(from: number): string {
    const text = readFileSync(this.plan.logFile).subarray(from).toString('utf8').trimEnd();
    const lines = text.split('\n').slice(-25).join('\n');
    return lines ? `The end of ${this.plan.logFile}:\n${lines}` : `It wrote nothing to ${this.plan.logFile}.`;
  }

  private get pidFile(): string {
    return join(this.plan.pidFolder, `${this.plan.name}.json`);
  }

  private remember(): void {
    const pid = this.child?.pid;
    if (pid === undefined) return;
    mkdirSync(this.plan.pidFolder, { recursive: true });
    const { stopSignal } = this.plan;
    writeFileSync(this.pidFile, JSON.stringify({ pid, identity: processIdentity(pid), stopSignal }));
  }

  private forget(): void {
    rmSync(this.pidFile, { force: true });
  }
}
