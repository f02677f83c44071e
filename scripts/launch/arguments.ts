/** What `npm start` was asked to do. */
export interface StartOptions {
  /** Begin anew: what an earlier run left in `.run/` is deleted. */
  fresh: boolean;
  /** Load the demo company. */
  demo: boolean;
}

/** Reads the options of `npm start -- …`; throws one sentence for one that does not exist. */
export function parseArguments(args: readonly string[]): StartOptions {
  const options: StartOptions = { fresh: false, demo: true };
  for (const arg of args) {
    if (arg === '--fresh') options.fresh = true;
    else if (arg === '--no-demo') options.demo = false;
    else throw new Error(`Unknown option ${arg}: npm start knows -- --fresh and -- --no-demo.`);
  }
  return options;
}
