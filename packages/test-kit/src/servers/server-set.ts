import type { ManagedProcess } from './managed-process.js';

/**
 * The processes of one run, in tiers: a tier needs the tiers below it. They leave from the top, so that nothing loses
 * what it stands on before it has finished.
 */
export class ServerSet {
  private readonly tiers = new Map<number, Set<ManagedProcess>>();
  private leaving = false;

  /** Starts a process as part of the set. Once the set is leaving, nothing is started any more. */
  async start(process: ManagedProcess, tier: number): Promise<void> {
    if (this.leaving) throw new Error(`${process.name} is not started: everything is being stopped.`);
    const members = this.tiers.get(tier) ?? new Set();
    this.tiers.set(tier, members.add(process));
    await process.start();
  }

  get isLeaving(): boolean {
    return this.leaving;
  }

  /** The processes by name, for a report. */
  get members(): ManagedProcess[] {
    return [...this.tiers.values()].flatMap((members) => [...members]);
  }

  async stop(): Promise<void> {
    this.leaving = true;
    for (const tier of [...this.tiers.keys()].sort((a, b) => b - a)) {
      await Promise.all([...(this.tiers.get(tier) ?? [])].map((process) => process.stop()));
    }
  }

  kill(): void {
    this.leaving = true;
    for (const process of this.members) process.kill();
  }
}
