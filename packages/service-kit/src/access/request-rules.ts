import { type DescField, type DescMessage, isFieldSet, type Message } from '@bufbuild/protobuf';
import { contracts, type MethodContract } from '../contracts.js';
import { AppError, type FieldViolation } from '../errors.js';
import type { Grants } from './grants.js';
import { fieldNamed } from './message-mask.js';
import { unknownField } from './unknown-members.js';

/** What is wrong with naming a field in a request. */
type Verdict = 'unknown' | 'forbidden' | 'output-only' | 'immutable';

/** Of one message type in a request: the fields that may not be set, and those to look into. */
interface Plan {
  readonly refused: { readonly field: DescField; readonly verdict: Verdict }[];
  readonly nested: { readonly field: DescField; readonly plan: Plan }[];
}

interface Mode {
  /** Name that tells compiled plans apart. */
  readonly name: 'create' | 'update';
  /** Update: paths of the resource that are written; undefined where everything present is. */
  readonly paths?: readonly string[];
}

class Findings {
  readonly unknown: FieldViolation[] = [];
  readonly forbidden: FieldViolation[] = [];
  readonly invalid: FieldViolation[] = [];

  add(verdict: Verdict, field: string, name: string): void {
    const list = verdict === 'unknown' ? this.unknown : verdict === 'forbidden' ? this.forbidden : this.invalid;
    const violation = describe(verdict, field, name);
    if (!list.some((known) => known.field === field && known.reason === violation.reason)) list.push(violation);
  }

  /** What cannot be looked past is thrown, the gravest kind first; the rest is returned. */
  settle(): FieldViolation[] {
    if (this.unknown.length > 0) {
      throw new AppError(
        'INVALID_ARGUMENT',
        'UNKNOWN_FIELD',
        'The request names fields that do not exist.',
        {},
        this.unknown,
      );
    }
    if (this.forbidden.length > 0) {
      const message = 'The request sets fields that you may not set.';
      throw new AppError('PERMISSION_DENIED', 'FORBIDDEN_FIELD', message, {}, this.forbidden);
    }
    return this.invalid;
  }
}

/** The check of names in requests, for one set of rights. Plans are compiled once for each message type. */
export class RequestRules {
  private readonly plans = new Map<string, Plan>();

  constructor(
    private readonly grants: Grants,
    private readonly isReadable: (desc: DescMessage, path: string) => boolean,
  ) {}

  check({ desc: method, rule }: Pick<MethodContract, 'desc' | 'rule'>, message: Message): FieldViolation[] {
    const findings = new Findings();
    const update = method.input.fields.find(({ name }) => name === 'update_mask');
    const target =
      update && method.input.fields.find((field) => field.message && contracts.resourceOfMessage(field.message));
    const paths = update && maskPaths(message, update);
    const mode: Mode =
      target === undefined ? { name: 'create' } : paths?.length ? { name: 'update', paths } : { name: 'update' };
    this.walk(this.plan(method.input, rule.resource, mode.name), message, '', mode, target, findings);
    if (target?.message && paths) this.checkUpdateMask(target, target.message, paths, findings);
    this.checkReadMask(method.input, method.output, message, findings);
    return findings.settle();
  }

  /** `within` is the path inside the updated resource, undefined outside of it. */
  private walk(
    plan: Plan,
    message: Message,
    at: string,
    mode: Mode,
    target: DescField | undefined,
    findings: Findings,
    within?: string,
  ): void {
    for (const { field, verdict } of plan.refused) {
      if (!isFieldSet(message, field)) continue;
      if (verdict === 'unknown' || isWritten(mode, within, field))
        findings.add(verdict, join(at, field.name), field.name);
    }
    for (const { field, plan: below } of plan.nested) {
      const inside = field === target ? '' : within === undefined ? undefined : join(within, field.name);
      for (const [item, path] of held(message, field, join(at, field.name))) {
        this.walk(below, item, path, mode, target, findings, inside);
      }
    }
  }

  private checkUpdateMask(target: DescField, desc: DescMessage, paths: readonly string[], findings: Findings): void {
    for (const path of paths) {
      let holder: DescMessage | undefined = desc;
      let resource = contracts.resourceOfMessage(desc)?.name ?? '';
      let at = target.name;
      for (const name of path.split('.')) {
        const field: DescField | undefined = holder && fieldNamed(holder, name);
        const verdict = field && holder && this.verdict(field, holder, resource, 'update');
        if (field === undefined || verdict === 'unknown') {
          findings.unknown.push(unknownField('update_mask', path));
          break;
        }
        at = join(at, field.name);
        if (verdict !== undefined) findings.add(verdict, at, field.name);
        if (field.message?.typeName === 'google.protobuf.Struct' || field.fieldKind === 'map') break; // the rest is a key
        holder = field.fieldKind === 'message' ? field.message : undefined; // a list is replaced whole
        resource = (holder && contracts.resourceOfMessage(holder)?.name) ?? resource;
      }
    }
  }

  private checkReadMask(input: DescMessage, output: DescMessage, message: Message, findings: Findings): void {
    const field = input.fields.find(({ name }) => name === 'read_mask');
    if (field === undefined) return;
    const shown = shownMessage(output);
    for (const path of maskPaths(message, field)) {
      if (path !== '*' && !this.isReadable(shown, path)) findings.unknown.push(unknownField('read_mask', path));
    }
  }

  private plan(desc: DescMessage, enclosing: string, mode: Mode['name']): Plan {
    const resource = contracts.resourceOfMessage(desc)?.name ?? enclosing;
    const key = `${desc.typeName} ${resource} ${mode}`;
    let plan = this.plans.get(key);
    if (plan === undefined) {
      this.plans.set(key, (plan = { refused: [], nested: [] })); // before its fields: a message may contain itself
      for (const field of desc.fields) {
        const verdict = this.verdict(field, desc, resource, mode);
        if (verdict !== undefined) plan.refused.push({ field, verdict });
        if (verdict === 'unknown' || field.message === undefined || field.message.typeName.startsWith('google.'))
          continue;
        plan.nested.push({ field, plan: this.plan(field.message, resource, mode) });
      }
    }
    return plan;
  }

  private verdict(field: DescField, holder: DescMessage, resource: string, mode: Mode['name']): Verdict | undefined {
    const own = contracts.resourceOfMessage(holder) !== undefined;
    const { group, resource: named, importOnly, outputOnly, immutable } = contracts.fieldRule(field);
    const grouped = group !== '' || named !== '';
    const decider = named || resource;
    const writable = (!grouped && !own) || this.grants.writable(decider, group);
    // Who may write rows without reading any may name the fields that he writes; a group is hidden unless readable.
    if ((grouped || own) && !this.grants.readable(decider, group) && (grouped || !writable)) return 'unknown';
    if (outputOnly) return mode === 'update' && own && field.name === 'id' ? undefined : 'output-only'; // id says which row
    if (mode === 'update' && (immutable || importOnly)) return 'immutable';
    if (importOnly && !this.grants.may(resource, 'import')) return 'forbidden';
    return writable ? undefined : 'forbidden';
  }
}

/** The message whose fields a read_mask names: the answer itself, or what a list holds. */
function shownMessage(output: DescMessage): DescMessage {
  if (contracts.resourceOfMessage(output)) return output;
  return output.fields.find((field) => field.fieldKind === 'list' && field.message)?.message ?? output;
}

function maskPaths(message: Message, field: DescField): readonly string[] {
  const mask = valueOf(message, field) as { paths: readonly string[] } | undefined;
  return mask?.paths ?? [];
}

/** A field that an update_mask leaves out is not written, though the message holds it. */
function isWritten(mode: Mode, within: string | undefined, field: DescField): boolean {
  if (mode.paths === undefined || within === undefined) return true;
  const path = join(within, field.name);
  return mode.paths.some((given) => {
    const named = given.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return named === path || path.startsWith(`${named}.`) || named.startsWith(`${path}.`);
  });
}

function held(message: Message, field: DescField, path: string): [Message, string][] {
  const value = valueOf(message, field);
  if (value === undefined) return [];
  if (field.fieldKind === 'list') return (value as Message[]).map((item, index) => [item, `${path}[${index}]`]);
  if (field.fieldKind === 'map') {
    return Object.entries(value as Record<string, Message>).map(([key, item]) => [item, `${path}["${key}"]`]);
  }
  return [[value as Message, path]];
}

function valueOf(message: Message, field: DescField): unknown {
  return (message as unknown as Record<string, unknown>)[field.localName];
}

function join(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}

function describe(verdict: Verdict, field: string, name: string): FieldViolation {
  switch (verdict) {
    case 'unknown':
      return unknownField(field, name);
    case 'forbidden':
      return { field, description: `You may not set field "${name}".`, reason: 'FORBIDDEN_FIELD' };
    case 'output-only':
      return { field, description: `Field "${name}" is set by the service alone.`, reason: 'OUTPUT_ONLY_FIELD' };
    case 'immutable':
      return { field, description: `Field "${name}" is not changed by an update.`, reason: 'IMMUTABLE_FIELD' };
  }
}
