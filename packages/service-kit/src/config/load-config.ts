import type { z } from 'zod';

/** The configuration is not usable; every fault is listed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration, once, where a process begins. Without `env` it reads
 * the environment, and on a fault prints all of them and ends the process;
 * with `env` it throws a `ConfigError`.
 */
export function loadConfig<S extends z.ZodObject>(schema: S, env?: Environment): z.infer<S> {
  if (env) return parseConfig(schema, env);
  try {
    return parseConfig(schema, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function parseConfig<S extends z.ZodObject>(schema: S, env: Environment): z.infer<S> {
  const known = Object.keys(schema.shape);
  // An empty variable is how charts and shells say "not set".
  const given = Object.fromEntries(known.map((key) => [key, env[key] === '' ? undefined : env[key]]));
  const parsed = schema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data) as z.infer<S>;
  throw new ConfigError(parsed.error.issues.map((issue) => faultOf(issue, given)));
}

/** Says the variable and what is wrong with it, never its value: it may be a secret. */
function faultOf(issue: z.core.$ZodIssue, given: Environment): string {
  const key = String(issue.path[0] ?? 'the whole');
  return given[key] === undefined && issue.code === 'invalid_type' ? `${key}: is not set` : `${key}: ${issue.message}`;
}
