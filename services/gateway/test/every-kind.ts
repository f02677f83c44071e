import { type DescMessage, type FileRegistry, create, createFileRegistry } from '@bufbuild/protobuf';
import {
  FieldDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorSetSchema,
  file_google_protobuf_duration,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
} from '@bufbuild/protobuf/wkt';

const SCALARS = [
  Type.DOUBLE,
  Type.FLOAT,
  Type.INT64,
  Type.UINT64,
  Type.INT32,
  Type.FIXED64,
  Type.FIXED32,
  Type.BOOL,
  Type.STRING,
  Type.BYTES,
  Type.UINT32,
  Type.SFIXED32,
  Type.SFIXED64,
  Type.SINT32,
  Type.SINT64,
] as const;

const WELL_KNOWN = ['Timestamp', 'Duration', 'FieldMask', 'Struct'] as const;

type FieldOptions = { typeName?: string; repeated?: boolean; optional?: number; oneof?: number };

/** A message with a field of every kind that protobuf knows: the contracts use few of them, the transcoder promises all. */
export function everyKind(): { registry: FileRegistry; message: DescMessage } {
  let number = 0;
  const oneofs: { name: string }[] = [{ name: 'choice' }];
  const field = (name: string, type: Type, { typeName, repeated, optional, oneof }: FieldOptions = {}) => {
    number += 1;
    return create(FieldDescriptorProtoSchema, {
      name,
      // A compiler fills it in; a hand-made descriptor must do it itself.
      jsonName: name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      number,
      type,
      label: repeated === true ? Label.REPEATED : Label.OPTIONAL,
      ...(typeName === undefined ? {} : { typeName }),
      ...(optional === undefined ? {} : { proto3Optional: true, oneofIndex: optional }),
      ...(oneof === undefined ? {} : { oneofIndex: oneof }),
    });
  };
  const scalars = SCALARS.flatMap((type) => {
    const name = Type[type].toLowerCase();
    return [field(`one_${name}`, type), field(`many_${name}`, type, { repeated: true })];
  });
  const messages = WELL_KNOWN.map((name) =>
    field(`a_${name.toLowerCase()}`, Type.MESSAGE, { typeName: `.google.protobuf.${name}` }),
  );
  const choices = [field('choice_text', Type.STRING, { oneof: 0 }), field('choice_count', Type.INT32, { oneof: 0 })];
  const others = [
    field('colour', Type.ENUM, { typeName: '.test.Colour' }),
    field('colours', Type.ENUM, { typeName: '.test.Colour', repeated: true }),
    field('self', Type.MESSAGE, { typeName: '.test.EveryKind' }),
    field('selves', Type.MESSAGE, { typeName: '.test.EveryKind', repeated: true }),
    field('times', Type.MESSAGE, { typeName: '.google.protobuf.Timestamp', repeated: true }),
    field('names', Type.MESSAGE, { typeName: '.test.EveryKind.NamesEntry', repeated: true }),
    field('by_id', Type.MESSAGE, { typeName: '.test.EveryKind.ByIdEntry', repeated: true }),
  ];
  const optional = SCALARS.map((type) => {
    oneofs.push({ name: `_perhaps_${Type[type].toLowerCase()}` });
    return field(`perhaps_${Type[type].toLowerCase()}`, type, { optional: oneofs.length - 1 });
  });
  const entry = (name: string, key: Type, value: Type, typeName?: string) => ({
    name,
    field: [
      { name: 'key', number: 1, type: key, label: Label.OPTIONAL },
      { name: 'value', number: 2, type: value, label: Label.OPTIONAL, ...(typeName === undefined ? {} : { typeName }) },
    ],
    options: { mapEntry: true },
  });
  const file = {
    name: 'every_kind.proto',
    package: 'test',
    syntax: 'proto3',
    dependency: WELL_KNOWN.map(
      (name) => `google/protobuf/${name === 'FieldMask' ? 'field_mask' : name.toLowerCase()}.proto`,
    ),
    messageType: [
      {
        name: 'EveryKind',
        field: [...scalars, ...messages, ...choices, ...others, ...optional],
        oneofDecl: oneofs,
        nestedType: [
          entry('NamesEntry', Type.STRING, Type.STRING),
          entry('ByIdEntry', Type.INT32, Type.MESSAGE, '.test.EveryKind'),
        ],
      },
    ],
    enumType: [
      {
        name: 'Colour',
        value: ['COLOUR_UNSPECIFIED', 'COLOUR_RED', 'COLOUR_BLUE'].map((name, value) => ({ name, number: value })),
      },
    ],
  };
  const known = [
    file_google_protobuf_timestamp,
    file_google_protobuf_duration,
    file_google_protobuf_field_mask,
    file_google_protobuf_struct,
  ];
  const registry = createFileRegistry(
    create(FileDescriptorSetSchema, { file: [...known.map(({ proto }) => proto), file] }),
  );
  const message = registry.getMessage('test.EveryKind');
  if (message === undefined) throw new Error('test.EveryKind is not in its own file.');
  return { registry, message };
}
