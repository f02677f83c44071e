// npm run check: every rule that a machine can check without a server, in parallel; all failures are told at the end.
//   npm run check                 everything
//   npm run check -- types eslint the named parts
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

interface Part {
  readonly name: string;
  readonly command: readonly string[];
  /** Whether what it printed is as good as its exit code says. */
  readonly believe?: (output: string) => string | undefined;
}

const root = join(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules/.bin', name);

/** With a TypeScript that it does not know, dependency-cruiser finds no module and therefore no fault. */
function enoughModules(output: string): string | undefined {
  const seen = Number(/(\d+) modules/.exec(output)?.[1] ?? 0);
  const sources = globSync('{packages,services}/*/src/**/*.ts', { cwd: root }).filter(
    (file) => !file.includes('/generated/'),
  );
  return seen >= sources.length
    ? undefined
    : `only ${seen} modules were looked at; there are ${sources.length} sources`;
}

// The longest first: the others fill the gaps.
const PARTS: readonly Part[] = [
  {
    name: 'eslint',
    command: [bin('eslint'), '.', '--max-warnings', '0', '--cache', '--cache-location', '.cache/eslint/'],
  },
  { name: 'types', command: [bin('tsc'), '-p', 'tsconfig.json'] },
  { name: 'format', command: [bin('prettier'), '--check', '--log-level', 'warn', '--cache', '.'] },
  {
    name: 'imports',
    command: [
      bin('depcruise'),
      'packages',
      'services',
      'scripts',
      'deploy',
      'tests',
      '--config',
      '.dependency-cruiser.cjs',
    ],
    believe: enoughModules,
  },
  { name: 'buf-lint', command: [bin('buf'), 'lint'] },
  { name: 'breaking', command: [process.execPath, 'scripts/check-breaking.ts'] },
  { name: 'contracts', command: [process.execPath, 'scripts/check-contracts.ts'] },
  { name: 'docs', command: [process.execPath, 'scripts/docs-events.ts', '--check'] },
];

interface Outcome {
  readonly name: string;
  readonly failed: boolean;
  readonly output: string;
}

function run(part: Part): Promise<Outcome> {
  const [program = '', ...args] = part.command;
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => keep(Buffer.from(`${error.message}\n`)));
    child.once('close', (code) => {
      const doubt = code === 0 ? part.believe?.(output) : undefined;
      if (doubt) output += `${doubt}\n`;
      const failed = code !== 0 || doubt !== undefined;
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(`${failed ? 'FAIL' : 'ok  '}  ${part.name.padEnd(10)} ${seconds.padStart(6)} s`);
      resolve({ name: part.name, failed, output });
    });
  });
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !PARTS.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. There are ${PARTS.map((part) => part.name).join(', ')}.`);
  process.exit(2);
}
const began = performance.now();
const queue = PARTS.filter((part) => wanted.length === 0 || wanted.includes(part.name));
const outcomes: Outcome[] = [];
const worker = async (): Promise<void> => {
  for (let part = queue.shift(); part; part = queue.shift()) outcomes.push(await run(part));
};
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));

const failures = outcomes.filter((outcome) => outcome.failed);
for (const { name, output } of failures) console.log(`\n--- ${name} ---\n${output.trim()}`);
const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(`\ncheck: ${outcomes.length - failures.length} of ${outcomes.length} parts passed in ${seconds} s`);
process.exitCode = failures.length === 0 ? 0 : 1;
