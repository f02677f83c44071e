import type { FieldRef, FilterValue, Literal, NameText } from './ast.js';
import { invalidFilter } from './parse.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INTEGER = /^-?\d{1,15}$/;
const DECIMAL = /^-?\d{1,15}(\.\d{1,9})?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Turns a literal into a value of its field's type, or refuses it with its position. */
export function fitLiteral(field: FieldRef, name: NameText, literal: Literal): FilterValue {
  const { text, at } = literal;
  const refuse = (what: string): never => {
    throw invalidFilter(`"${name.text}" compares with ${what}`, at);
  };
  switch (field.type) {
    case 'id':
      return UUID.test(text) ? { type: 'id', value: text.toLowerCase() } : refuse('an id');
    case 'flag':
      return text === 'true' || text === 'false' ? { type: 'flag', value: text === 'true' } : refuse('true or false');
    case 'integer':
      return INTEGER.test(text) ? { type: 'integer', value: Number(text) } : refuse('a whole number');
    case 'decimal':
      return DECIMAL.test(text) ? { type: 'decimal', value: text } : refuse('a decimal number');
    case 'date':
      return DATE.test(text) && isDay(text) ? { type: 'date', value: text } : refuse('a day, YYYY-MM-DD');
    case 'instant':
      return fitInstant(text) ?? refuse('an instant, for example "2026-01-31T09:30:00Z", or a day');
    case 'enum':
      return fitEnum(field, text) ?? refuse(`one of ${enumNames(field).join(', ')}`);
    case 'text':
      return fitText(text);
    case 'money':
    case 'message':
      return refuse('nothing: it is a message');
  }
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** A day alone is its first instant, UTC. */
function fitInstant(text: string): FilterValue | undefined {
  if (DATE.test(text)) return isDay(text) ? { type: 'instant', value: new Date(`${text}T00:00:00Z`) } : undefined;
  const value = INSTANT.test(text) ? new Date(text) : undefined;
  return value && !Number.isNaN(value.getTime()) ? { type: 'instant', value } : undefined;
}

function fitEnum(field: FieldRef, text: string): FilterValue | undefined {
  const found = field.enumeration?.values.find(
    (value) => value.name === text || withoutPrefix(field, value.name) === text,
  );
  return found ? { type: 'enum', value: found.name, number: found.number } : undefined;
}

function withoutPrefix(field: FieldRef, value: string): string {
  const prefix = field.enumeration?.sharedPrefix?.toUpperCase() ?? '';
  return value.startsWith(prefix) ? value.slice(prefix.length) : value;
}

function enumNames(field: FieldRef): string[] {
  return (field.enumeration?.values ?? [])
    .filter((value) => value.number !== 0)
    .map((value) => withoutPrefix(field, value.name));
}

/** A star at an end stands for anything; `\*` is a star. */
function fitText(text: string): FilterValue {
  const leadingStar = text.startsWith('*');
  const trailingStar = text.length > 1 && text.endsWith('*') && !text.endsWith('\\*');
  const inner = text.slice(leadingStar ? 1 : 0, trailingStar ? -1 : undefined);
  return { type: 'text', value: inner.replaceAll('\\*', '*'), leadingStar, trailingStar };
}
