// npm run docs: writes docs/events.md from the contracts and from the consumers' declarations.
//   node scripts/docs-events.ts           write it
//   node scripts/docs-events.ts --check   fail when it is not what would be written
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DescMessage } from '@bufbuild/protobuf';
import { consumersIn } from './consumer-declarations.ts';
import type { ConsumerDeclaration } from './consumer-declarations.ts';
import { ContractImage } from './contract-image.ts';

const root = join(import.meta.dirname, '..');
const page = join(root, 'docs/events.md');

const kebab = (name: string): string => name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, '-$&').toLowerCase();
const serviceOf = (type: string): string => type.split('.')[1] ?? '';
const sentence = (text: string): string => text.replaceAll('|', '\\|');

function render(image: ContractImage, consumers: readonly ConsumerDeclaration[]): string {
  const events = image.files
    .filter((file) => file.proto.name.endsWith('_events.proto'))
    .flatMap((file) => file.messages);
  const services = [...new Set(events.map((event) => serviceOf(event.typeName)))].sort();
  const known = new Set(events.map((event) => event.typeName));
  for (const { file, durable, subscribes } of consumers) {
    const stranger = subscribes.find((type) => !known.has(type));
    if (stranger) throw new Error(`${file}: ${durable} subscribes to ${stranger}, which is no event`);
  }
  return [
    '<!-- Made by `npm run docs` from proto/ and the *.consumer.ts files; changes by hand are lost. -->',
    '',
    '# Events',
    '',
    'What each service tells the others, and who listens. An event carries the whole state of its aggregate and the',
    "aggregate's version; it is kept for ever in its owner's journal and travels on JetStream.",
    '[architecture.md](architecture.md#an-event) says how.',
    '',
    ...services.flatMap((service) => renderService(service, image, events, consumers)),
    '## Consumers',
    '',
    ...renderConsumers(consumers),
    '',
  ].join('\n');
}

function renderService(
  service: string,
  image: ContractImage,
  events: readonly DescMessage[],
  consumers: readonly ConsumerDeclaration[],
): string[] {
  const own = events.filter((event) => serviceOf(event.typeName) === service);
  const rows = own.map((event) => {
    const [field] = event.fields;
    const subject = `rapport.${service}.${event.file.proto.package.split('.')[2]}.${kebab(event.name)}.<${field?.name}_id>`;
    const listeners = consumers.filter(({ subscribes }) => subscribes.includes(event.typeName));
    const names = listeners.map(({ durable }) => `\`${durable}\``).join('<br>') || '–';
    return `| \`${event.name}\` | ${sentence(image.comment(event))} | \`${field?.message?.name}\` | \`${subject}\` | ${names} |`;
  });
  return [
    `## ${service}`,
    '',
    `Stream \`RAPPORT_${service.toUpperCase()}\` on \`rapport.${service}.>\`.`,
    '',
    '| event | what happened | payload | subject | consumers |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ];
}

function renderConsumers(consumers: readonly ConsumerDeclaration[]): string[] {
  if (consumers.length === 0) return ['None yet.'];
  return [
    '| durable | kind | what it does | listens to | declared in |',
    '| --- | --- | --- | --- | --- |',
    ...consumers.map(({ durable, kind, comment, subscribes, file }) => {
      const from = [...new Set(subscribes.map(serviceOf))].sort().join(', ');
      return `| \`${durable}\` | ${kind} | ${sentence(comment) || '–'} | ${subscribes.length} of ${from} | [${file}](../${file}) |`;
    }),
  ];
}

const consumers = globSync('services/*/src/**/*.consumer.ts', { cwd: root })
  .sort()
  .flatMap((file) => consumersIn(join(root, file), root))
  .sort((a, b) => a.durable.localeCompare(b.durable));
const text = render(ContractImage.read(join(root, 'packages/contracts/image.binpb')), consumers);
if (!process.argv.includes('--check')) {
  writeFileSync(page, text);
  console.log(`docs: docs/events.md, ${consumers.length} consumers`);
} else if (readFileSync(page, 'utf8') !== text) {
  console.error('docs/events.md is not what the contracts and consumers say: run npm run docs and commit it.');
  process.exitCode = 1;
}
