import type { DescField, DescMessage } from '@bufbuild/protobuf';

/**
 * What one caller sees of one message type.
 *
 * A field is visible when its number is a key of `fields`; the value is the
 * mask of what stands in the field. Where `all` is set nothing is hidden, at
 * any depth, and the value can be passed on as it is.
 */
export interface MessageMask {
  readonly desc: DescMessage;
  readonly all: boolean;
  readonly fields: ReadonlyMap<number, FieldMask>;
  /** Fields that do not exist for this caller. */
  readonly hidden: readonly DescField[];
  /** Visible fields in whose messages something is hidden. */
  readonly partial: readonly { readonly field: DescField; readonly mask: MessageMask }[];
}

/** The mask of one visible field; scalars, enums and google.protobuf types hide nothing. */
export type FieldMask = MessageMask | typeof OPEN;
export const OPEN = { all: true } as const;

/** Finds a field by its proto name or its JSON name. */
export function fieldNamed(desc: DescMessage, name: string): DescField | undefined {
  return desc.fields.find((field) => field.name === name || field.jsonName === name);
}
