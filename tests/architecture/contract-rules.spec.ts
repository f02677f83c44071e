import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContractImage } from '../../scripts/contract-image.ts';
import { contractViolations } from '../../scripts/contract-rules.ts';
import type { Violation } from '../../scripts/contract-rules.ts';
import { root, TempFolder } from './temp-folder.ts';

const buf = join(root, 'node_modules/.bin/buf');

const header = (name: string): string => `syntax = "proto3";
package rapport.${name}.v1;
import "google/api/annotations.proto";
import "rapport/access/v1/access.proto";
`;
const resource = (name: string, fields: string, rows = 'ROWS_REFERENCE'): string => `
message Thing {
  option (rapport.access.v1.resource) = {name: "${name}.thing" rows: ${rows}};
  string id = 1;
  ${fields}
}
`;
interface Rpc {
  readonly name?: string;
  readonly rule?: string;
  readonly http?: string;
  readonly fields?: string;
}
const rpc = (
  file: string,
  { name = 'GetThing', rule = 'action: "read"', http, fields = 'string thing_id = 1;' }: Rpc,
) => `
service ThingsService {
  rpc ${name}(${name}Request) returns (Thing) {
    ${http === '' ? '' : `option (google.api.http) = {${http ?? `get: "/v1/${file}/{thing_id}"`}};`}
    ${rule === '' ? '' : `option (rapport.access.v1.rule) = {${rule.includes('resource') ? '' : `resource: "${file}.thing" `}${rule}};`}
  }
}
message ${name}Request { ${fields} }
`;
const withRpc = (description: Rpc) => (file: string) => header(file) + resource(file, '') + rpc(file, description);
const withField = (field: string) => (file: string) => header(file) + resource(file, field);
const withEvent = (event: string) => (file: string) => header(file) + resource(file, '') + event;
const POST = (file: string, verb: string): string => `post: "/v1/${file}/{thing_id}:${verb}" body: "*"`;

/** One violation each, in a package of its own named as the key. */
const planted: Readonly<Record<string, { rule: string; proto: (file: string) => string; events?: true }>> = {
  ruleless: { rule: 'rpc-has-access-rule', proto: withRpc({ rule: '' }) },
  strangeresource: { rule: 'rpc-rule-resource', proto: withRpc({ rule: 'resource: "no.such" action: "read"' }) },
  freeresource: {
    rule: 'rpc-rule-resource',
    proto: withRpc({ rule: 'action: "read" callers: CALLERS_AUTHENTICATED' }),
  },
  wrongaction: {
    rule: 'rpc-rule-action',
    proto: withRpc({ rule: 'action: "update"', fields: 'string thing_id = 1; string etag = 2;' }),
  },
  wrongverb: {
    rule: 'rpc-rule-action',
    proto: withRpc({
      name: 'WinThing',
      rule: 'action: "lose"',
      http: POST('wrongverb', 'lose'),
      fields: 'string thing_id = 1; string etag = 2;',
    }),
  },
  serviceshttp: { rule: 'services-have-no-http', proto: withRpc({ rule: 'action: "read" callers: CALLERS_SERVICES' }) },
  nohttp: { rule: 'users-have-http', proto: withRpc({ http: '' }) },
  wrongmethod: { rule: 'http-method', proto: withRpc({ http: 'post: "/v1/wrongmethod/{thing_id}"' }) },
  camelpath: { rule: 'http-path', proto: withRpc({ http: 'get: "/v1/camelPath/{thing_id}"' }) },
  strangepath: { rule: 'http-path', proto: withRpc({ http: 'get: "/v1/strangepath/{other_id}"' }) },
  noetag: {
    rule: 'change-has-etag',
    proto: withRpc({ name: 'DeleteThing', rule: 'action: "delete"', http: 'delete: "/v1/noetag/{thing_id}"' }),
  },
  verbnoetag: {
    rule: 'change-has-etag',
    proto: withRpc({ name: 'WinThing', rule: 'action: "win"', http: POST('verbnoetag', 'win') }),
  },
  norequestid: {
    rule: 'create-has-request-id',
    proto: withRpc({
      name: 'CreateThing',
      rule: 'action: "create"',
      http: 'post: "/v1/norequestid" body: "thing"',
      fields: 'Thing thing = 1;',
    }),
  },
  unpaged: {
    rule: 'list-is-paged',
    proto: withRpc({ name: 'ListThings', http: 'get: "/v1/unpaged"', fields: 'int32 page_size = 1;' }),
  },
  norows: { rule: 'resource-rows', proto: (file) => header(file) + resource(file, '', 'ROWS_UNSPECIFIED') },
  wrongname: { rule: 'resource-name', proto: (file) => header(file) + resource('other', '') },
  orphan: { rule: 'resource-parent', proto: (file) => header(file) + resource(file, '', 'ROWS_CHILD_OF') },
  notrio: {
    rule: 'owned-trio',
    proto: (file) =>
      header(file) +
      resource(
        file,
        `string owner_id = 2 [(rapport.access.v1.field).references = "contacts.employee"];
         string department_id = 3 [(rapport.access.v1.field).references = "contacts.department"];`,
        'ROWS_OWNED',
      ),
  },
  either: { rule: 'no-oneof', proto: withField('oneof either { string this_way = 2; string that_way = 3; }') },
  afloat: { rule: 'no-float', proto: withField('float share = 2;') },
  adouble: { rule: 'no-float', proto: withField('map<string, double> shares = 2;') },
  nowhere: {
    rule: 'references-known',
    proto: withField('string other_id = 2 [(rapport.access.v1.field).references = "no.such"];'),
  },
  camelgroup: {
    rule: 'group-spelling',
    proto: withField('string secret = 2 [(rapport.access.v1.field).group = "topSecret"];'),
  },
  twogroups: {
    rule: 'group-spelling',
    proto: withField('string account = 2 [(rapport.access.v1.field).group = "bank_detail"];'),
  },
  nogroup: {
    rule: 'group-known',
    proto: withField('string cost = 2 [(rapport.access.v1.field) = {group: "cost" resource: "contacts.branch"}];'),
  },
  nobody: {
    rule: 'personal-known',
    proto: withField('string note = 2 [(rapport.access.v1.field).personal = "person_id"];'),
  },
  presenttense: { rule: 'event-past-tense', events: true, proto: withEvent('message ThingWin { Thing thing = 1; }') },
  foreignname: {
    rule: 'event-past-tense',
    events: true,
    proto: withEvent('message SomethingCreated { Thing thing = 1; }'),
  },
  halfstate: {
    rule: 'event-full-state',
    events: true,
    proto: withEvent('message ThingMoved { string thing_id = 1; }'),
  },
  twofields: {
    rule: 'event-full-state',
    events: true,
    proto: withEvent('message ThingMoved { Thing thing = 1; string from = 2; }'),
  },
};
const clean = (file: string): string =>
  header(file) +
  resource(file, 'optional int32 weight = 2;') +
  rpc(file, {
    name: 'WinThing',
    rule: 'action: "win"',
    http: POST(file, 'win'),
    fields: 'string thing_id = 1; string etag = 2;',
  });

describe('contract rules', () => {
  const folder = new TempFolder();
  let violations: Violation[] = [];
  const of = (name: string): string[] =>
    violations.filter(({ where }) => where.startsWith(`proto/rapport/${name}/`)).map(({ rule }) => rule);

  beforeAll(() => {
    cpSync(join(root, 'buf.yaml'), join(folder.path, 'buf.yaml'));
    cpSync(join(root, 'proto'), join(folder.path, 'proto'), { recursive: true });
    folder.write({ 'proto/rapport/clean/v1/clean.proto': clean('clean') });
    for (const [name, { proto, events }] of Object.entries(planted)) {
      const text = proto(name);
      if (!events) {
        folder.write({ [`proto/rapport/${name}/v1/${name}.proto`]: text });
        continue;
      }
      const [state = '', event = ''] = text.split(/(?=^message \w+ \{ )/m);
      folder.write({
        [`proto/rapport/${name}/v1/${name}.proto`]: state,
        [`proto/rapport/${name}/v1/${name}_events.proto`]: `syntax = "proto3";\npackage rapport.${name}.v1;\nimport "rapport/${name}/v1/${name}.proto";\n${event}`,
      });
    }
    execFileSync(buf, ['build', '-o', 'image.binpb'], { cwd: folder.path, stdio: ['ignore', 'inherit', 'ignore'] });
    violations = contractViolations(ContractImage.read(join(folder.path, 'image.binpb')));
  });
  afterAll(() => folder.remove());

  it.each(Object.entries(planted))('%s is caught', (name, { rule }) => {
    expect(of(name)).toContain(rule);
  });

  it('names the file and line of a violation', () => {
    const violation = violations.find(({ where }) => where.includes('/afloat/'));
    expect(violation?.where).toMatch(/^proto\/rapport\/afloat\/v1\/afloat\.proto:9$/);
  });

  it('finds nothing in a contract that follows them, nor in ours', () => {
    const names = Object.keys(planted).map((name) => `proto/rapport/${name}/`);
    expect(violations.filter(({ where }) => !names.some((name) => where.startsWith(name)))).toEqual([]);
  });
});

describe('buf', () => {
  const commented = (text: string): string =>
    `syntax = "proto3";\n\n// Planted.\npackage rapport.planted.v1;\n\n${text}`;
  const lint = (text: string): string => {
    const folder = new TempFolder();
    try {
      cpSync(join(root, 'buf.yaml'), join(folder.path, 'buf.yaml'));
      folder.write({ 'proto/rapport/planted/v1/planted.proto': commented(text) });
      return spawnSync(buf, ['lint'], { cwd: folder.path, encoding: 'utf8' }).stdout;
    } finally {
      folder.remove();
    }
  };
  const service = (comment: string, rpcComment: string): string => `${comment}
service PlantedService {
  ${rpcComment}
  rpc GetPlanted(GetPlantedRequest) returns (GetPlantedResponse);
}
// Asks.
message GetPlantedRequest {}
// Answers.
message GetPlantedResponse {}
`;

  it.each([
    ['a service without a comment', service('', '// Gets.'), 'PlantedService'],
    ['an rpc without a comment', service('// Serves.', ''), 'GetPlanted'],
    ['a field without a comment', '// A thing.\nmessage Thing {\n  string id = 1;\n}\n', '"id"'],
    [
      'an enum value without a comment',
      '// A state.\nenum State {\n  STATE_UNSPECIFIED = 0;\n}\n',
      'STATE_UNSPECIFIED',
    ],
    [
      'a zero value that means something',
      '// A state.\nenum State {\n  // Open.\n  STATE_OPEN = 0;\n}\n',
      '_UNSPECIFIED',
    ],
  ])('lint catches %s', (_, text, told) => {
    expect(lint(text)).toContain(told);
  });

  it('lint accepts what is commented', () => {
    expect(lint(service('// Serves.', '// Gets.'))).toBe('');
  });

  it('breaking catches a field whose type changes', () => {
    const before = new TempFolder();
    const after = new TempFolder();
    try {
      for (const [folder, type] of [
        [before, 'string'],
        [after, 'int32'],
      ] as const) {
        cpSync(join(root, 'buf.yaml'), join(folder.path, 'buf.yaml'));
        folder.write({
          'proto/rapport/planted/v1/planted.proto': commented(
            `// A thing.\nmessage Thing {\n  // Size.\n  ${type} size = 1;\n}\n`,
          ),
        });
      }
      const { status, stdout } = spawnSync(buf, ['breaking', '--against', before.path], {
        cwd: after.path,
        encoding: 'utf8',
      });
      expect({ status, named: stdout.includes('"size"') }).toEqual({ status: 100, named: true });
    } finally {
      before.remove();
      after.remove();
    }
  });
});
