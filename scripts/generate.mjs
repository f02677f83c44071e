// Generates everything that follows from the contracts, in one command:
// lint -> breaking gate -> descriptor image -> ts-proto code -> Prisma clients.
//   node scripts/generate.mjs            everything
//   node scripts/generate.mjs --contracts  without the Prisma clients
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
  chmodSync,
  renameSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const run = (command, args, options = {}) =>
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', ...options });

// protovalidate publishes its .proto file as a Go module only; the npm package
// holds the compiled form.
const PROTOVALIDATE = 'github.com/bufbuild/protovalidate@v1.2.2';
const GOOGLE_FILES = {
  'google/api': ['annotations', 'http', 'field_behavior'],
  'google/rpc': ['status', 'error_details', 'code'],
};

/** Copies the third-party .proto files that the contracts import into an ignored folder. */
function collectImports() {
  const target = join(root, '.cache', 'proto');
  const stamp = join(target, `.stamp-${PROTOVALIDATE.replaceAll(/[^a-z0-9.]/g, '-')}`);
  if (existsSync(stamp)) return;
  rmSync(target, { recursive: true, force: true });
  for (const [folder, names] of Object.entries(GOOGLE_FILES)) {
    mkdirSync(join(target, folder), { recursive: true });
    for (const name of names) {
      cpSync(
        join(root, 'node_modules', 'google-proto-files', folder, `${name}.proto`),
        join(target, folder, `${name}.proto`),
      );
    }
  }
  const { Dir } = JSON.parse(run('go', ['mod', 'download', '-json', PROTOVALIDATE], { cwd: '/' }));
  mkdirSync(join(target, 'buf/validate'), { recursive: true });
  const copy = join(target, 'buf/validate/validate.proto');
  cpSync(join(Dir, 'proto/protovalidate/buf/validate/validate.proto'), copy);
  chmodSync(copy, 0o644);
  writeFileSync(stamp, '');
}

/**
 * ts-proto's Nest mode registers wrappers with protobufjs, for Nest's own gRPC
 * transport. Ours decodes by ts-proto itself, so those lines would only load a
 * third protobuf runtime.
 */
function dropProtobufjs(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const file = join(entry.parentPath, entry.name);
    const code = readFileSync(file, 'utf8');
    const slim = code
      .replace(/^import \{ wrappers \} from "protobufjs";\n/m, '')
      .replace(/^wrappers\["[^"]+"\] = (?:\{[\s\S]*?\n\}|[^\n]*) as any;\n/gm, '');
    if (slim.includes('wrappers[')) throw new Error(`${file} still registers a protobufjs wrapper`);
    if (slim !== code) writeFileSync(file, slim);
  }
}

/**
 * Nest mode also wraps the values inside a Struct when it wraps the Struct, for
 * protobufjs to write. The encoder that we use wraps each value by itself: with
 * both, encoding never ends and decoding loses every value.
 */
const WRAPPED_TWICE = [
  ['struct.fields[key] = Value.wrap(object[key]);', 'struct.fields[key] = object[key];'],
  ['object[key] = Value.unwrap(message.fields[key]);', 'object[key] = message.fields[key];'],
  ['result.structValue = Struct.wrap(value);', 'result.structValue = value;'],
  ['result.listValue = ListValue.wrap(value);', 'result.listValue = value;'],
  ['return Struct.unwrap(message.structValue as any);', 'return message.structValue;'],
  ['return ListValue.unwrap(message.listValue);', 'return message.listValue;'],
  ['result.values = (array ?? []).map(Value.wrap);', 'result.values = array ?? [];'],
  ['return message.values.map(Value.unwrap);', 'return message.values;'],
];

function wrapValuesOnce(folder) {
  const file = join(folder, 'google/protobuf/struct.ts');
  let code = readFileSync(file, 'utf8');
  for (const [twice, once] of WRAPPED_TWICE) {
    if (!code.includes(twice)) throw new Error(`${file} no longer says: ${twice}`);
    code = code.replace(twice, once);
  }
  writeFileSync(file, code);
}

/** Makes `target` equal to `source`, touching only what differs. */
function replaceFolder(source, target) {
  const files = (folder) =>
    existsSync(folder)
      ? readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      : [];
  const wanted = files(source);
  for (const file of wanted) {
    const text = readFileSync(join(source, file), 'utf8');
    const there = join(target, file);
    if (existsSync(there) && readFileSync(there, 'utf8') === text) continue;
    mkdirSync(dirname(there), { recursive: true });
    writeFileSync(`${there}.${process.pid}.new`, text);
    renameSync(`${there}.${process.pid}.new`, there);
  }
  for (const file of files(target)) if (!wanted.includes(file)) rmSync(join(target, file), { force: true });
}

function contracts() {
  const out = join(root, 'packages/contracts');
  collectImports();
  run(bin('buf'), ['lint']);
  run(bin('buf'), ['build', '-o', join(out, 'image.binpb')]);
  // Beside the old code and then into its place, file by file: processes that read it meanwhile find it whole.
  const fresh = join(root, '.cache', `generated-${process.pid}`);
  run(bin('buf'), ['generate', '--output', fresh]);
  const generated = join(fresh, 'packages/contracts/src/generated');
  dropProtobufjs(generated);
  wrapValuesOnce(generated);
  replaceFolder(generated, join(out, 'src/generated'));
  rmSync(fresh, { recursive: true, force: true });
}

function prismaClients() {
  for (const service of readdirSync(join(root, 'services'))) {
    const folder = join(root, 'services', service);
    if (!existsSync(join(folder, 'prisma/schema.prisma'))) continue;
    // The schema engine is not needed to generate, and its download host may be out of reach.
    run(bin('prisma'), ['generate', '--schema', 'prisma/schema.prisma'], {
      cwd: folder,
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
    });
  }
}

contracts();
if (!process.argv.includes('--contracts')) prismaClients();
