// npm run bench:gateway: the platform's way of a read (gateway, deals, PostgreSQL; with mask, rows and audit) against a
// hand-written Fastify + grpc-js + Prisma hop that verifies the same token and does nothing else. docs/performance.md
// says what it found.
//   npm run bench:gateway                   about three minutes
//   npm run bench:gateway -- --profile      also leaves a .cpuprofile of each process, for the browser's devtools
//   npm run bench:gateway -- --rounds 2 --seconds 1 --connections 16
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ManagedProcess } from '@rapport/test-kit/servers/managed-process';
import { ServerSet } from '@rapport/test-kit/servers/server-set';
import { projectFolder } from '@rapport/test-kit/servers/tool-paths';
import pg from 'pg';
import { type BareHop, startBareHop } from './bench/bare-hop.ts';
import { employeeLogin, makeCompany, seedDeals } from './bench/company.ts';
import { cpuSeconds, cpuSecondsOfTree } from './bench/cpu.ts';
import type { LoadOrder, LoadResult } from './bench/load.ts';
import { type BenchPlatform, startPlatform } from './bench/platform.ts';
import { reached, report, type Round, type Scenario } from './bench/report.ts';
import { RunFolder } from './launch/run-folder.ts';
import { createProgress } from './progress.mjs';

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '1.5' },
    connections: { type: 'string', default: '32' },
    profile: { type: 'boolean', default: false },
  },
});
const rounds = Number(given.rounds);
const milliseconds = Number(given.seconds) * 1000;
const connections = Number(given.connections);
// V8 compiles what runs often, in several steps. Until then either hop costs a multiple, and ours has more code.
const WARM_UP_MS = 12_000;
const BY_ID = { name: 'by id', target: 0.7, warmUp: 5_000 };
const LIST = { name: 'list of 50', target: 0.6, warmUp: 1_200 };
const LIST_PATH = '/v1/deals?pageSize=50';

const progress = createProgress();
const run = new RunFolder(join(projectFolder, '.cache/bench-gateway'));
const set = new ServerSet();
const load = fork(join(import.meta.dirname, 'bench/load.ts'));
const profiles = join(projectFolder, '.cache/bench-profiles');

async function leave(exitCode: number): Promise<never> {
  load.kill();
  await set.stop();
  // The next run clears it; until then its logs say what went wrong.
  run.release();
  process.exit(exitCode);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void leave(130));

async function main(): Promise<void> {
  run.claim();
  const nodeOptions: Record<string, string> = given.profile
    ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` }
    : {};
  const company = makeCompany();
  const platform = await progress.step('PostgreSQL, NATS, Keycloak, deals with 20,000 rows, gateway', () =>
    startPlatform(run, set, ({ ownerUrl }) => seedDeals(ownerUrl, company), nodeOptions),
  );
  const bare = await progress.step('the hand-written hop', () =>
    startBareHop(run, set, { databaseUrl: platform.database.appUrl, issuer: platform.issuer }, nodeOptions),
  );
  const people = [
    { who: 'department head: rows of departments, cost shown and audited', role: 'department-head', employee: 0 },
    { who: 'seller: own rows, cost hidden', role: 'seller', employee: 1 },
  ];
  const scenarios: Scenario[] = [];
  for (const [index, { who, role, employee }] of people.entries()) {
    const token = await platform.login(employeeLogin(company, `bench-${role}`, role, employee));
    const ids = await visibleIds(platform.gatewayPort, await token());
    const audited = await auditRows(platform);
    const ask = async ({ name, target, warmUp }: typeof BY_ID, paths: string[]): Promise<Scenario> => {
      const order = { token: await token(), paths, connections };
      // The second person's calls run nearly the same code, which is compiled by then.
      const answers = index === 0 ? warmUp : warmUp / 4;
      return measure({ name: `${name}, ${who}`, target, rounds: [] }, order, answers, platform, bare);
    };
    scenarios.push(
      await ask(
        BY_ID,
        ids.map((id) => `/v1/deals/${id}`),
      ),
    );
    scenarios.push(await ask(LIST, [LIST_PATH]));
    progress.line(`  ${(await auditRows(platform)) - audited} audited reads of the ${role}`);
  }
  console.log(
    `\n${report(scenarios)}\n\n${connections} connections in a closed loop, ${rounds} rounds of ${given.seconds} s each way, medians.`,
  );
  if (given.profile) console.log(`Profiles: ${profiles}`);
  await leave(scenarios.every(reached) ? 0 : 1);
}

/** Deals that the caller sees, from anywhere in his rows. */
async function visibleIds(port: number, token: string): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/deals?pageSize=400`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const body = (await answer.json()) as { deals?: { id: string }[] };
  if (!body.deals?.length) throw new Error(`No deals to ask for: ${JSON.stringify(body)}`);
  return body.deals.map(({ id }) => id);
}

async function auditRows({ database }: BenchPlatform): Promise<number> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  const { rows } = await client.query<{ count: number }>('select count(*)::int as count from kit.audit_event');
  await client.end();
  return rows[0]?.count ?? 0;
}

async function measure(
  scenario: Scenario,
  order: Omit<LoadOrder, 'port' | 'milliseconds'>,
  warmUp: number,
  platform: BenchPlatform,
  bare: BareHop,
): Promise<Scenario> {
  const ways = {
    ours: {
      port: platform.gatewayPort,
      processes: { gateway: platform.processes.gateway, service: platform.processes.service },
    },
    bare: { port: bare.gateway.port, processes: { gateway: bare.gateway.process, service: bare.service } },
    bareVerifying: {
      port: bare.verifyingGateway.port,
      processes: { gateway: bare.verifyingGateway.process, service: bare.service },
    },
  };
  await progress.step(scenario.name, async (update) => {
    update('warming up');
    for (const { port } of Object.values(ways))
      await loadOnce({ ...order, port, milliseconds: WARM_UP_MS, answers: warmUp });
    for (let index = 0; index < rounds; index += 1) {
      update(`round ${index + 1} of ${rounds}`);
      const measured = new Map<string, Round>();
      // What the machine does beside changes slowly: turning the order round takes its drift out of the pairs.
      const turn = Object.entries(ways);
      for (const [way, { port, processes }] of index % 2 === 0 ? turn : turn.reverse()) {
        measured.set(way, await roundOf({ ...order, port, milliseconds }, { ...processes, ...serversOf(platform) }));
      }
      scenario.rounds.push(Object.fromEntries(measured) as unknown as Scenario['rounds'][number]);
    }
  });
  return scenario;
}

const serversOf = ({ processes: { postgres, keycloak, nats } }: BenchPlatform): Record<string, ManagedProcess> => ({
  postgres,
  keycloak,
  nats,
});

async function roundOf(order: LoadOrder, processes: Record<string, ManagedProcess>): Promise<Round> {
  const before = cpuOf(processes);
  const result = await loadOnce(order);
  const after = cpuOf(processes);
  return {
    load: result,
    cpu: Object.fromEntries(Object.keys(after).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)])),
  };
}

function cpuOf(processes: Record<string, ManagedProcess>): Record<string, number> {
  const used = Object.entries(processes).map(([name, { pid = 0 }]) => [
    name,
    name === 'postgres' ? cpuSecondsOfTree(pid) : cpuSeconds(pid),
  ]);
  return {
    ...(Object.fromEntries(used) as Record<string, number>),
    load: cpuSeconds((load as ChildProcess & { pid: number }).pid),
  };
}

async function loadOnce(order: LoadOrder): Promise<LoadResult> {
  load.send(order);
  const [answer] = (await once(load, 'message')) as [LoadResult & { error?: string }];
  if (answer.error !== undefined) throw new Error(answer.error);
  if (answer.failures > 0)
    throw new Error(`${answer.failures} of ${answer.answers} answers were not 200:\n${answer.firstFailure}`);
  return answer;
}

try {
  await main();
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  await leave(1);
}
