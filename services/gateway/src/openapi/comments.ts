import type {
  DescEnum,
  DescEnumValue,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescService,
} from '@bufbuild/protobuf';

type Described = DescMessage | DescField | DescEnum | DescEnumValue | DescService | DescMethod;

const files = new WeakMap<DescFile, ReadonlyMap<string, string>>();

/** The comment above a declaration in its .proto file: it is the manual. Empty where there is none. */
export function commentOf(described: Described): string {
  const file = fileOf(described);
  let comments = files.get(file);
  if (comments === undefined) {
    const locations = file.proto.sourceCodeInfo?.location ?? [];
    comments = new Map(locations.map(({ path, leadingComments }) => [path.join(','), tidy(leadingComments)]));
    files.set(file, comments);
  }
  return comments.get(pathOf(described).join(',')) ?? '';
}

function tidy(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim();
}

function fileOf(described: Described): DescFile {
  if (described.kind === 'enum_value' || described.kind === 'field' || described.kind === 'rpc')
    return described.parent.file;
  return described.file;
}

/** Where the declaration is in its file, by field numbers of descriptor.proto. */
function pathOf(described: Described): number[] {
  switch (described.kind) {
    case 'message':
      return described.parent
        ? [...pathOf(described.parent), 3, described.parent.proto.nestedType.indexOf(described.proto)]
        : [4, described.file.proto.messageType.indexOf(described.proto)];
    case 'enum':
      return described.parent
        ? [...pathOf(described.parent), 4, described.parent.proto.enumType.indexOf(described.proto)]
        : [5, described.file.proto.enumType.indexOf(described.proto)];
    case 'service':
      return [6, described.file.proto.service.indexOf(described.proto)];
    case 'field':
      return [...pathOf(described.parent), 2, described.parent.proto.field.indexOf(described.proto)];
    case 'enum_value':
      return [...pathOf(described.parent), 2, described.parent.proto.value.indexOf(described.proto)];
    case 'rpc':
      return [...pathOf(described.parent), 2, described.parent.proto.method.indexOf(described.proto)];
  }
}
