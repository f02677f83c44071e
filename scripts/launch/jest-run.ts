import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signalGroup } from '@rapport/test-kit/servers/process-identity';
import { projectFolder } from '@rapport/test-kit/servers/tool-paths';

/** The part of Jest's report that the closing line is made of. */
export interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  /** Suites that could not even be run; none of their tests is counted anywhere else. */
  numRuntimeErrorTestSuites: number;
}

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

/** A suite that could not be loaded counts as a failure, whatever its tests would have been. */
export function countsOf(report: JestReport): TestCounts {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

export function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** A run without a single test proves nothing: it is a failure. */
export function exitCodeOf({ passed, failed }: TestCounts): number {
  return failed > 0 || passed === 0 ? 1 : 0;
}

/** Several runs taken together. */
export function sumOf(runs: readonly TestCounts[]): TestCounts {
  const sum = (count: (run: TestCounts) => number): number => runs.reduce((total, run) => total + count(run), 0);
  return { passed: sum((run) => run.passed), failed: sum((run) => run.failed), skipped: sum((run) => run.skipped) };
}

/** Runs Jest over the projects of jest.config.js and returns what it counted. */
export async function runJest(
  args: string[],
  env: NodeJS.ProcessEnv,
  started: (kill: () => unknown) => void,
): Promise<TestCounts> {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-jest-'));
  const reportFile = join(folder, 'report.json');
  try {
    const child = spawn(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        join(projectFolder, 'node_modules/jest/bin/jest.js'),
        '--json',
        `--outputFile=${reportFile}`,
        ...args,
      ],
      // Jest prints its report to stdout too; ours is read from the file, its progress goes to stderr. It leads a group
      // of its own, so that a signal reaches what its suites have started as well.
      { cwd: projectFolder, env, stdio: ['ignore', 'ignore', 'inherit'], detached: true },
    );
    started(() => child.pid !== undefined && signalGroup(child.pid, 'SIGTERM'));
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    const counts = readCounts(reportFile);
    // Jest may fail for a reason that is in no test: a wrong option, a worker that died.
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readCounts(file: string): TestCounts {
  try {
    return countsOf(JSON.parse(readFileSync(file, 'utf8')) as JestReport);
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
