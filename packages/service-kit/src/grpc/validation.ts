import { isFieldSet, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import { createValidator, type Violation } from '@bufbuild/protovalidate';
import { contracts } from '../contracts/contracts.js';
import { AppError, type FieldViolation } from '../errors/app-error.js';

const validator = createValidator({ registry: contracts.registry });

/**
 * Refuses a request whose values break the declared rules, naming every fault
 * at once: those found here and those `found` before.
 */
export function validateRequest(desc: DescMessage, message: Message, found: readonly FieldViolation[]): void {
  const violations = [...found, ...valueFaults(desc, message)];
  if (violations.length === 0) return;
  throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The request is not valid.', {}, violations);
}

function valueFaults(desc: DescMessage, message: Message): FieldViolation[] {
  if (!contracts.hasValidation(desc)) return [];
  const result = validator.validate(desc, message);
  if (result.kind === 'error') throw result.error;
  if (result.kind === 'valid') return [];
  const update = updateOf(desc);
  return result.violations
    .filter((violation) => !update || isWritten(update, message, violation))
    .map((violation) => ({
      field: pathOf(violation),
      description: sentence(violation.message),
      reason: violation.ruleId,
    }));
}

interface Update {
  /** The field with the row's new values. */
  readonly target: DescField;
  readonly mask: DescField;
}

const updates = new WeakMap<DescMessage, { readonly update?: Update }>();

/** An update names what it writes; the rest of the row need not be there. */
function updateOf(desc: DescMessage): Update | undefined {
  let known = updates.get(desc);
  if (!known) {
    const mask = desc.fields.find(({ name }) => name === 'update_mask');
    const target = desc.fields.find(
      (field) => field.fieldKind === 'message' && contracts.resourceOfMessage(field.message),
    );
    known = mask && target ? { update: { mask, target } } : {};
    updates.set(desc, known);
  }
  return known.update;
}

/** Whether the fault is in something that the update writes; without a mask it writes what is present. */
function isWritten({ target, mask }: Update, message: Message, { field: [first, second] }: Violation): boolean {
  if (first?.kind !== 'field' || first.number !== target.number || second?.kind !== 'field') return true;
  if (second.name === 'id') return true; // which row it is, whatever is written
  const { paths } = (valueOf(message, mask) as { paths: string[] } | undefined) ?? { paths: [] };
  if (paths.length === 0) return isFieldSet(valueOf(message, target) as Message, second);
  return paths.some((path) => {
    const [name] = path.split('.', 1);
    return name === second.name || name === second.jsonName;
  });
}

function valueOf(message: Message, field: DescField): unknown {
  return (message as unknown as Record<string, unknown>)[field.localName];
}

/** The path in proto names from the request's root: `requests[3].deal.amount.amount`. */
function pathOf({ field }: Violation): string {
  let path = '';
  for (const step of field) {
    if (step.kind === 'field') path += path === '' ? step.name : `.${step.name}`;
    else if (step.kind === 'list_sub') path += `[${step.index}]`;
    else if (step.kind === 'map_sub') path += `[${JSON.stringify(String(step.key))}]`;
  }
  return path;
}

function sentence(message: string): string {
  const text = message === '' ? 'is not valid' : message;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
