import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createFileRegistry, fromBinary, type FileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** Where the descriptor image is; the package says it, so sources, compiled code and images agree. */
export function imagePath(): string {
  return createRequire(import.meta.url).resolve('@rapport/contracts/image.binpb');
}

/** Reads the image that `node scripts/generate.mjs` made of every .proto file. */
export function readImage(path = imagePath()): FileRegistry {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(path)));
}
