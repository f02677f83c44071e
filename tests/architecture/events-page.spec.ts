import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ContractImage } from '../../scripts/contract-image.ts';
import { root } from './temp-folder.ts';

describe('docs/events.md', () => {
  const image = ContractImage.read(join(root, 'packages/contracts/image.binpb'));
  const events = image.files
    .filter(({ proto }) => proto.name.endsWith('_events.proto'))
    .flatMap(({ messages }) => messages);
  const page = readFileSync(join(root, 'docs/events.md'), 'utf8');

  it('lists every event message with what happened', () => {
    const missing = events.filter((event) => !page.includes(`| \`${event.name}\` | ${image.comment(event)} |`));
    expect(missing.map(({ typeName }) => typeName)).toEqual([]);
    expect(events.length).toBeGreaterThan(60);
  });

  it('can see every consumer: declarations stand in *.consumer.ts', () => {
    const hidden = globSync('services/*/src/**/*.ts', { cwd: root })
      .filter((file) => !file.includes('/generated/') && !file.endsWith('.consumer.ts'))
      .filter((file) => /^@(Projection|Reaction|Stepwise)\(/m.test(readFileSync(join(root, file), 'utf8')));
    expect(hidden).toEqual([]);
  });
});
