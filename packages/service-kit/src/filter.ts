/**
 * # filter: AIP-160 filters, from text to a checked tree
 *
 * `parseFilter` reads the text, `checkFilter` resolves its names against a
 * message as the caller sees it and fits its literals to the fields' types.
 * What comes out (`CheckedFilter`) is turned into a Prisma `where` by
 * `@rapport/service-kit/data` and into ClickHouse SQL by analytics; whoever
 * translates it looks at the leaves only.
 *
 * What this sub-path promises
 * - A name that the caller may not read is refused exactly as one that was
 *   never declared: INVALID_ARGUMENT/UNKNOWN_FIELD.
 * - Every other refusal is INVALID_ARGUMENT/INVALID_FILTER and names the place.
 * - Length, depth and number of comparisons are bounded (`FILTER_LIMITS`).
 * - Literals arrive typed; nothing of the text needs to be looked at again, and
 *   nothing of it may ever be pasted into SQL.
 * - Two-valued logic: a negated leaf matches the rows where the field is absent.
 */
export type { CheckedFilter, FieldRef, FilterValue, ParsedFilter, ValueType } from './data/filter/ast.js';
export { checkFilter } from './data/filter/check.js';
export { type AttributeDefinition, type NameScope, resolveField } from './data/filter/field-names.js';
export { FILTER_LIMITS, invalidFilter, parseFilter } from './data/filter/parse.js';
