import { type DescField, ScalarType } from '@bufbuild/protobuf';
import type { MessageMask } from './message-mask.js';

type Plain = Record<string, unknown>;

/** A copy of a ts-proto object without what the mask hides; parts that hide nothing are shared with the original. */
export function prunedCopy(mask: MessageMask, value: Plain): Plain {
  const copy: Plain = { ...value };
  for (const field of mask.hidden) copy[field.localName] = absent(field);
  for (const { field, mask: below } of mask.partial) {
    const held = copy[field.localName];
    if (held !== undefined && held !== null) copy[field.localName] = prunedHeld(field, below, held);
  }
  return copy;
}

function prunedHeld(field: DescField, mask: MessageMask, held: unknown): unknown {
  if (field.fieldKind === 'list') return (held as Plain[]).map((item) => prunedCopy(mask, item));
  if (field.fieldKind !== 'map') return prunedCopy(mask, held as Plain);
  return Object.fromEntries(
    Object.entries(held as Record<string, Plain>).map(([key, item]) => [key, prunedCopy(mask, item)]),
  );
}

/** What ts-proto writes nothing for. */
export function absent(field: DescField): unknown {
  if (field.fieldKind === 'list') return [];
  if (field.fieldKind === 'map') return {};
  if (field.fieldKind === 'message' || field.proto.proto3Optional || field.oneof !== undefined) return undefined;
  if (field.fieldKind === 'enum') return field.enum.values[0]?.name;
  switch (field.scalar) {
    case ScalarType.STRING:
      return '';
    case ScalarType.BOOL:
      return false;
    case ScalarType.BYTES:
      return new Uint8Array(0);
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 0n;
    default:
      return 0;
  }
}
