import type { DescEnum, DescField } from '@bufbuild/protobuf';

/** Comparison as written. `:` is "has": an element of a list, a part of a text, or anything at all with `*`. */
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | ':';

/** A name as written, and where. */
export interface NameText {
  readonly text: string;
  /** Offset in the filter, from 0. */
  readonly at: number;
}

/** A literal as written: `quoted` tells `"5"` from `5` and `"*"` from `*`. */
export interface Literal {
  readonly text: string;
  readonly quoted: boolean;
  readonly at: number;
}

/** What the parser understood, before any name or type is looked at. */
export type ParsedFilter =
  | { readonly kind: 'and'; readonly terms: readonly ParsedFilter[] }
  | { readonly kind: 'or'; readonly terms: readonly ParsedFilter[] }
  | { readonly kind: 'not'; readonly term: ParsedFilter }
  | { readonly kind: 'restriction'; readonly name: NameText; readonly operator: Operator; readonly literal: Literal };

/** How a field compares. `money` and `message` have only presence; `amount` of money is a decimal, an id equals or not. */
export type ValueType =
  'id' | 'text' | 'flag' | 'integer' | 'decimal' | 'date' | 'instant' | 'enum' | 'money' | 'message';

/** A field that exists for this caller. */
export interface FieldRef {
  /** Declared names from the message down, snake_case, for example `['amount', 'amount']`. */
  readonly path: readonly string[];
  /** The declared fields themselves, in the same order. */
  readonly fields: readonly DescField[];
  readonly type: ValueType;
  /** Whether some field of the path is a list: then a comparison means "one of its elements". */
  readonly repeated: boolean;
  /** Of an enum. */
  readonly enumeration?: DescEnum;
  /** Key of a run-time attribute; `path` is then `['attributes']`. */
  readonly attribute?: string;
}

/** A literal that fits its field. */
export type FilterValue =
  /** Text; the stars say on which sides anything may follow. */
  | { readonly type: 'text'; readonly value: string; readonly leadingStar: boolean; readonly trailingStar: boolean }
  /** A UUID in lower case. */
  | { readonly type: 'id'; readonly value: string }
  | { readonly type: 'flag'; readonly value: boolean }
  | { readonly type: 'integer'; readonly value: number }
  /** Canonical decimal text. */
  | { readonly type: 'decimal'; readonly value: string }
  /** `YYYY-MM-DD`. */
  | { readonly type: 'date'; readonly value: string }
  | { readonly type: 'instant'; readonly value: Date }
  /** Full name as declared, for example `OUTCOME_WON`. */
  | { readonly type: 'enum'; readonly value: string; readonly number: number };

/**
 * A filter whose every name exists for the caller and whose every literal fits
 * its field. There is no `not` in it: negation has been carried down to the
 * leaves, where `negated` means "exactly the rows that the leaf without it does
 * not match": a row where the field is absent matches a negated leaf. `!=`
 * arrives as a negated `=`.
 */
export type CheckedFilter =
  | { readonly kind: 'and'; readonly terms: readonly CheckedFilter[] }
  | { readonly kind: 'or'; readonly terms: readonly CheckedFilter[] }
  | {
      readonly kind: 'compare';
      readonly field: FieldRef;
      /** `has` on a list: one element equals; on a text: contains, without regard to case. */
      readonly operator: '=' | '<' | '<=' | '>' | '>=' | 'has';
      readonly value: FilterValue;
      readonly negated: boolean;
    }
  /** `field:*`; an absent message, an empty text and an empty list are not present. */
  | { readonly kind: 'present'; readonly field: FieldRef; readonly negated: boolean };
