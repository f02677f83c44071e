import type { DescField, DescMessage, JsonValue, Message } from '@bufbuild/protobuf';
import { contracts, type MethodContract } from '../contracts.js';
import type { FieldViolation } from '../errors.js';
import type { Grants } from './grants.js';
import { LruMap } from './lru-map.js';
import { type FieldMask, fieldNamed, type MessageMask, OPEN } from './message-mask.js';
import { prunedCopy } from './prune.js';
import { RequestRules } from './request-rules.js';
import { unknownMembers } from './unknown-members.js';

/**
 * The masks of one set of rights, compiled once for each message type and
 * shared by every token that grants the same.
 */
export class Masks {
  private readonly compiled = new Map<string, MessageMask>();
  private readonly requests: RequestRules;

  private constructor(readonly grants: Grants) {
    this.requests = new RequestRules(grants, (desc, path) => this.readable(desc, path) !== undefined);
  }

  /** The masks of these rights. */
  static of(grants: Grants): Masks {
    let masks = shared.get(grants.hash);
    if (masks === undefined) shared.set(grants.hash, (masks = new Masks(grants)));
    return masks;
  }

  /**
   * The mask of a message. `enclosing` is the resource it stands in, whose
   * groups its fields name; a message that is a resource itself needs none.
   */
  of(desc: DescMessage, enclosing = ''): MessageMask {
    const resource = contracts.resourceOfMessage(desc)?.name ?? enclosing;
    const key = `${desc.typeName} ${resource}`;
    let mask = this.compiled.get(key);
    if (mask === undefined) {
      const fields = new Map<number, FieldMask>();
      const hidden: DescField[] = [];
      const partial: { field: DescField; mask: MessageMask }[] = [];
      const fresh = { desc, all: !this.hidesBelow(desc, resource, new Set()), fields, hidden, partial };
      this.compiled.set(key, (mask = fresh)); // before its fields: a message may contain itself
      for (const field of desc.fields) this.place(field, resource, fresh);
    }
    return mask;
  }

  /**
   * The message as this caller may see it: a ts-proto object in, the same
   * object out where nothing is hidden, else a copy in which hidden fields
   * have their default. The value itself is never changed.
   */
  prune<T extends object>(desc: DescMessage, value: T): T {
    const mask = this.of(desc);
    return mask.all ? value : (prunedCopy(mask, value as Record<string, unknown>) as T);
  }

  /**
   * Checks every name that a request uses, before its values.
   *
   * Throws INVALID_ARGUMENT/UNKNOWN_FIELD for fields and mask paths that do not
   * exist for this caller, else PERMISSION_DENIED/FORBIDDEN_FIELD for those he
   * may not write: all of them at once. Returns what is wrong in itself
   * (OUTPUT_ONLY_FIELD, IMMUTABLE_FIELD), for INVALID_ARGUMENT/INVALID_REQUEST
   * together with protovalidate's.
   */
  checkRequest(method: Pick<MethodContract, 'desc' | 'rule'>, message: Message): FieldViolation[] {
    return this.requests.check(method, message);
  }

  /**
   * Members of a JSON request that do not exist for this caller, be they never
   * declared or hidden: one road for both, so that they cannot be told apart.
   * `at` is the path of `json` in the request.
   */
  unknownMembers(desc: DescMessage, json: JsonValue, at = '', enclosing = ''): FieldViolation[] {
    return unknownMembers(this.of(desc, enclosing), json, at);
  }

  /**
   * The field that a path of snake_case or lowerCamelCase names leads to, if
   * this caller may read every step. Goes through repeated messages; what
   * follows a map or a Struct is a key of it, and the map or Struct is
   * returned.
   */
  readable(desc: DescMessage, path: string | readonly string[], enclosing = ''): DescField | undefined {
    const [name, ...rest] = typeof path === 'string' ? path.split('.') : path;
    const mask = this.of(desc, enclosing);
    const field = name === undefined ? undefined : fieldNamed(desc, name);
    const child = field && mask.fields.get(field.number);
    if (field === undefined || child === undefined || rest.length === 0) return child && field;
    if (field.fieldKind === 'map' || field.message?.typeName === 'google.protobuf.Struct') return field;
    if (field.message === undefined || !('desc' in child)) return undefined;
    return this.readable(field.message, rest, contracts.resourceOfMessage(desc)?.name ?? enclosing);
  }

  /** The fields of a message that this caller may read, in their declared order. */
  readableFields(desc: DescMessage, enclosing = ''): DescField[] {
    const { fields } = this.of(desc, enclosing);
    return desc.fields.filter((field) => fields.has(field.number));
  }

  private place(
    field: DescField,
    resource: string,
    into: { fields: Map<number, FieldMask>; hidden: DescField[]; partial: { field: DescField; mask: MessageMask }[] },
  ): void {
    if (!this.sees(field, resource)) return void into.hidden.push(field);
    if (!isOurs(field.message)) return void into.fields.set(field.number, OPEN);
    const mask = this.of(field.message, resource);
    into.fields.set(field.number, mask);
    if (!mask.all) into.partial.push({ field, mask });
  }

  private sees(field: DescField, resource: string): boolean {
    const holder = contracts.resourceOfMessage(field.parent);
    if (holder !== undefined && !this.grants.readable(holder.name, '')) return false;
    const held = field.message && contracts.resourceOfMessage(field.message);
    if (held !== undefined && !this.grants.readable(held.name, '')) return false;
    const { group, resource: named } = contracts.fieldRule(field);
    return (group === '' && named === '') || this.grants.readable(named || resource, group);
  }

  /** `seen` ends the search where a message contains itself. */
  private hidesBelow(desc: DescMessage, resource: string, seen: Set<string>): boolean {
    const key = `${desc.typeName} ${resource}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return desc.fields.some((field) => {
      if (!this.sees(field, resource)) return true;
      const { message } = field;
      return isOurs(message) && this.hidesBelow(message, contracts.resourceOfMessage(message)?.name ?? resource, seen);
    });
  }
}

/** Sets of rights are few (one a role, some by hand); the bound is against a flood of them. */
const shared = new LruMap<string, Masks>(500);

function isOurs(message: DescMessage | undefined): message is DescMessage {
  return message !== undefined && !message.typeName.startsWith('google.');
}
