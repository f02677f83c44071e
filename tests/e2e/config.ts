/** What the global setup hands to the suites, which run in processes of their own. */
export interface RunningPlatform {
  /** Its RUN_FOLDER. */
  readonly folder: string;
  /** Where its spans arrive. */
  readonly collector: string;
}

export function handOver({ folder, collector }: RunningPlatform): void {
  process.env.RAPPORT_E2E_FOLDER = folder;
  process.env.RAPPORT_E2E_COLLECTOR = collector;
}

export function runningPlatform(): RunningPlatform {
  const { RAPPORT_E2E_FOLDER: folder, RAPPORT_E2E_COLLECTOR: collector = '' } = process.env;
  if (!folder) throw new Error('The e2e suites run by `npm test`, which starts the product for them.');
  return { folder, collector };
}

/** Our own environment with these variables set. */
export function environmentWith(variables: Record<string, string>): NodeJS.ProcessEnv {
  return { ...process.env, ...variables };
}
