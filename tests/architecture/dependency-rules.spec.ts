import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { root, TempFolder } from './temp-folder.ts';

interface Report {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
    readonly totalCruised: number;
  };
}

const PURE = 'services/deals/src/deals';
/** Rule, file that breaks it, its text. */
const planted: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['no-sibling-service', 'services/deals/src/sibling.ts', "import '../../billing/src/bill.js';"],
  [
    'kit-by-sub-path',
    'services/deals/src/deep.ts',
    "import { x } from '@rapport/service-kit/access/mask';\nexport const y = x;",
  ],
  ['kit-by-sub-path', 'tests/deep.ts', "import '../packages/service-kit/src/access/mask.js';"],
  ['kit-knows-no-service', 'packages/service-kit/src/knowing.ts', "import '../../../services/billing/src/bill.js';"],
  ['kit-knows-no-service', 'packages/test-kit/src/knowing.ts', "import '../../../services/billing/src/bill.js';"],
  ['kit-knows-no-test-kit', 'packages/service-kit/src/testing.ts', "import '@rapport/test-kit/database';"],
  ['no-test-kit-in-services', 'services/deals/src/testing.ts', "import '@rapport/test-kit/database';"],
  ['contracts-stand-alone', 'packages/contracts/src/leaning.ts', "import '@rapport/service-kit/access';"],
  ['contracts-generated-only', 'services/deals/src/twin.ts', "import '../../../packages/contracts/src/twin.js';"],
  ['product-without-scripts', 'services/deals/src/scripted.ts', "import '../../../scripts/tool.js';"],
  [
    'pure-rules-stay-pure',
    `${PURE}/framed.ts`,
    "import { Injectable } from '@nestjs/common';\nexport const y = Injectable;",
  ],
  [
    'pure-rules-stay-pure',
    `${PURE}/reading.ts`,
    "import { readFileSync } from 'node:fs';\nexport const y = readFileSync;",
  ],
  [
    'pure-rules-stay-pure',
    `${PURE}/stored.ts`,
    "import { data } from '@rapport/service-kit/data';\nexport const y = data;",
  ],
  ['no-circular', 'services/deals/src/egg.ts', "import { hen } from './hen.js';\nexport const egg = () => hen;"],
  ['not-unresolvable', 'services/deals/src/lost.ts', "import './nowhere.js';"],
  ['declared-in-package-json', 'services/deals/src/undeclared.ts', "import pg from 'pg';\nexport const y = pg;"],
];

const innocent: Readonly<Record<string, string>> = {
  'services/billing/src/bill.ts': 'export const x = 1;\n',
  'services/deals/src/hen.ts': "import { egg } from './egg.js';\nexport const hen = () => egg;\n",
  'packages/service-kit/src/access.ts': "export { x } from './access/mask.js';\n",
  'packages/service-kit/src/access/mask.ts': 'export const x = 1;\n',
  'packages/service-kit/src/data.ts': 'export const data = 1;\n',
  'packages/test-kit/src/database.ts': 'export const x = 1;\n',
  'packages/contracts/src/twin.ts': 'export const x = 1;\n',
  'packages/contracts/src/generated/rapport/deal.ts': 'export interface Deal { id: string }\n',
  'scripts/tool.ts': 'export const x = 1;\n',
  'services/deals/src/right.ts':
    "import { x } from '@rapport/service-kit/access';\nimport type { Deal } from '@rapport/contracts/rapport/deal';\nexport const y = (deal: Deal) => [deal, x];\n",
  'services/deals/src/right.spec.ts': "import '@rapport/test-kit/database';\n",
  [`${PURE}/deal.ts`]: "import { x } from '@rapport/service-kit/access';\nexport const deal = x;\n",
  [`${PURE}/deals.service.ts`]:
    "import { Injectable } from '@nestjs/common';\nimport { deal } from './deal.js';\nexport const y = [Injectable, deal];\n",
};

describe('dependency-cruiser', () => {
  const folder = new TempFolder();
  let report: Report;

  beforeAll(() => {
    for (const name of [
      '.dependency-cruiser.cjs',
      'tsconfig.json',
      'tsconfig.base.json',
      'package.json',
      'services/deals/package.json',
    ]) {
      cpSync(join(root, name), join(folder.path, name), { recursive: true });
    }
    for (const name of ['packages/service-kit', 'packages/test-kit', 'packages/contracts', 'services/billing']) {
      cpSync(join(root, name, 'package.json'), join(folder.path, name, 'package.json'), { recursive: true });
    }
    folder.write({ ...innocent, ...Object.fromEntries(planted.map(([, file, text]) => [file, `${text}\n`])) });
    const cruise = [
      'packages',
      'services',
      'scripts',
      'tests',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
    ];
    const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/depcruise'), cruise, {
      cwd: folder.path,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    if (!stdout) throw new Error(stderr);
    report = JSON.parse(stdout) as Report;
  });
  afterAll(() => folder.remove());

  it('looks at every module', () => {
    expect(report.summary.totalCruised).toBeGreaterThanOrEqual(planted.length + Object.keys(innocent).length);
  });

  it.each(planted)('%s catches %s', (rule, file) => {
    expect(report.summary.violations.map(({ from, rule: { name } }) => `${name} ${from}`)).toContain(`${rule} ${file}`);
  });

  it('finds nothing else', () => {
    const files = new Set<string>(planted.map(([, file]) => file));
    const others = report.summary.violations.filter(
      ({ from, rule }) => !files.has(from) && rule.name !== 'no-circular',
    );
    expect(others).toEqual([]);
  });
});
