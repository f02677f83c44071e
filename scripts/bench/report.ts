import type { LoadResult } from './load.ts';

/** One round: what the load saw, and the processor seconds of each process meanwhile. */
export interface Round {
  load: LoadResult;
  cpu: Record<string, number>;
}

/** One question of the bench, answered by ours and by the hand-written hop in turn. */
export interface Scenario {
  name: string;
  /** The share of the hand-written hop's pace that ours must reach. */
  target: number;
  rounds: { ours: Round; bare: Round; bareVerifying: Round }[];
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export const pace = ({ load }: Round): number => load.answers / load.seconds;

/** Median over the rounds of ours by theirs, each pair measured side by side. */
export function ratio({ rounds }: Scenario, other: 'bare' | 'bareVerifying' = 'bare'): number {
  return median(rounds.map((round) => pace(round.ours) / pace(round[other])));
}

/** The same by processor time alone, which the machine's other work disturbs less. */
export function frugality({ rounds }: Scenario): number {
  return median(rounds.map(({ ours, bare }) => costOf(bare) / costOf(ours)));
}

export function reached(scenario: Scenario): boolean {
  return ratio(scenario) >= scenario.target;
}

/** Paces, ratios and latencies, a line a scenario; then the processor time, a line a scenario and hop. */
export function report(scenarios: Scenario[]): string {
  const paces = scenarios.map((scenario) => {
    const { name, target, rounds } = scenario;
    const pick = (of: 'ours' | 'bare' | 'bareVerifying'): Round[] => rounds.map((round) => round[of]);
    const rps = (of: 'ours' | 'bare' | 'bareVerifying'): string => median(pick(of).map(pace)).toFixed(0);
    const latency = (of: 'ours' | 'bare'): string =>
      (['p50', 'p99'] as const).map((key) => median(pick(of).map(({ load }) => load[key])).toFixed(1)).join(' / ');
    return [
      name,
      rps('ours'),
      rps('bare'),
      percent(ratio(scenario)),
      `${percent(target)} ${reached(scenario) ? 'reached' : 'MISSED'}`,
      percent(frugality(scenario)),
      rps('bareVerifying'),
      percent(ratio(scenario, 'bareVerifying')),
      latency('ours'),
      latency('bare'),
    ];
  });
  const processes = [
    ...new Set(
      scenarios.flatMap(({ rounds }) =>
        rounds.flatMap(({ ours, bare }) => [ours, bare]).flatMap(({ cpu }) => Object.keys(cpu)),
      ),
    ),
  ];
  const costs = scenarios.flatMap(({ name, rounds }) =>
    (['ours', 'bare'] as const).map((of) => {
      const each = processes.map((process) => median(rounds.map((round) => thousandCost(round[of], process))));
      return [
        name,
        of === 'ours' ? 'Rapport' : 'bare',
        ...each.map((cost) => cost.toFixed(2)),
        each.reduce((sum, cost) => sum + cost, 0).toFixed(2),
      ];
    }),
  );
  return [
    table(
      [
        '',
        'Rapport rps',
        'bare rps',
        'ratio',
        'target',
        'by CPU',
        'bare rps, verifying each',
        'ratio',
        'Rapport p50 / p99 ms',
        'bare p50 / p99 ms',
      ],
      paces,
    ),
    '',
    'Processor seconds for 1,000 answers, by process:',
    table(['', 'hop', ...processes, 'sum'], costs),
  ].join('\n');
}

/** Processor seconds for an answer, over all processes. */
function costOf({ load, cpu }: Round): number {
  return Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0) / load.answers;
}

function thousandCost({ load, cpu }: Round, process: string): number {
  return ((cpu[process] ?? 0) * 1000) / load.answers;
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)));
  const line = (row: string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  return [
    line(head),
    `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`,
    ...rows.map(line),
  ].join('\n');
}
