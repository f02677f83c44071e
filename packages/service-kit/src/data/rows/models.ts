import type { DescMessage } from '@bufbuild/protobuf';
import { contracts } from '../../contracts/contracts.js';

/** What a service says of one of its Prisma models. */
export type ModelDeclaration =
  /** Rows of a resource; whether they are OWNED or REFERENCE is declared in the contract. */
  | {
      readonly resource: string;
      /** What a taken unique column is called: `{ email: 'EMAIL_TAKEN' }`. */
      readonly unique?: Readonly<Record<string, string>>;
    }
  /** Rows that are reached through a row of the parent model. */
  | {
      readonly childOf: string;
      /** Relation to the parent. */
      readonly through: string;
      /** Relation from the parent; of the same name as the list in the parent's message, if it has one. */
      readonly list?: string;
      /** The child's own resource, if it is one (`ROWS_CHILD_OF`). */
      readonly resource?: string;
    }
  /** What only the service itself uses: counters, states. No caller's rights reach it. */
  | { readonly internal: true };

/** One model with everything that follows from its declaration. */
export interface Model {
  /** `Counterparty`. */
  readonly name: string;
  /** `counterparty`: the name of its delegate in the Prisma client. */
  readonly delegate: string;
  /** `counterparty`: snake_case, the table's name. */
  readonly table: string;
  readonly kind: 'owned' | 'reference' | 'child' | 'internal';
  /** Name of the resource whose rights decide; of a child the parent's. */
  readonly resource: string;
  readonly message?: DescMessage;
  readonly softDelete: boolean;
  readonly unique: Readonly<Record<string, string>>;
  readonly parent?: { readonly model: Model; readonly through: string };
  /** By the relation's name. */
  readonly children: ReadonlyMap<string, Model>;
}

/** A service's models by name, as Prisma spells them. */
export class Models {
  private readonly byName = new Map<string, Model>();
  private readonly byDelegate = new Map<string, Model>();

  constructor(declarations: Readonly<Record<string, ModelDeclaration>>) {
    for (const [name, declaration] of Object.entries(declarations)) {
      if (!('childOf' in declaration)) this.add(rootModel(name, declaration));
    }
    for (const [name, declaration] of Object.entries(declarations)) {
      if ('childOf' in declaration) this.addChild(name, declaration);
    }
  }

  get(name: string): Model {
    const model = this.byName.get(name) ?? this.byDelegate.get(name);
    if (!model) throw new Error(`Model "${name}" is not declared: add it to defineModels.`);
    return model;
  }

  all(): Model[] {
    return [...this.byName.values()];
  }

  /** The model that holds the rows of a resource, when this service owns it. */
  ofResource(resource: string): Model | undefined {
    return this.all().find((model) => model.resource === resource && model.kind !== 'child');
  }

  private add(model: Model): void {
    this.byName.set(model.name, model);
    this.byDelegate.set(model.delegate, model);
  }

  private addChild(name: string, declaration: Extract<ModelDeclaration, { childOf: string }>): void {
    const parent = this.get(declaration.childOf);
    const child: Model = {
      ...named(name),
      kind: 'child',
      resource: parent.resource,
      ...(declaration.resource ? { message: contracts.resource(declaration.resource).desc } : {}),
      softDelete: false,
      unique: {},
      parent: { model: parent, through: declaration.through },
      children: new Map(),
    };
    this.add(child);
    if (declaration.list) (parent.children as Map<string, Model>).set(declaration.list, child);
  }
}

/** Declares a service's models once; `Name` is Prisma's `ModelName`, so that none is forgotten. */
export function defineModels<Name extends string>(declarations: Readonly<Record<Name, ModelDeclaration>>): Models {
  return new Models(declarations);
}

function rootModel(name: string, declaration: Exclude<ModelDeclaration, { childOf: string }>): Model {
  const rest = { ...named(name), children: new Map<string, Model>() };
  if ('internal' in declaration) return { ...rest, kind: 'internal', resource: '', softDelete: false, unique: {} };
  const { rows, desc } = contracts.resource(declaration.resource);
  if (rows === 'CHILD_OF')
    throw new Error(`${declaration.resource} is the child of another resource: declare it with childOf.`);
  return {
    ...rest,
    kind: rows === 'OWNED' ? 'owned' : 'reference',
    resource: declaration.resource,
    message: desc,
    softDelete: desc.fields.some((field) => field.name === 'delete_time'),
    unique: declaration.unique ?? {},
  };
}

function named(name: string): Pick<Model, 'name' | 'delegate' | 'table'> {
  const snake = name.replaceAll(/(?<!^)([A-Z])/g, '_$1').toLowerCase();
  return { name, delegate: name.charAt(0).toLowerCase() + name.slice(1), table: snake };
}
