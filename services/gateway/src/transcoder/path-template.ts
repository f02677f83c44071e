/**
 * Path templates of `google.api.http`: literal segments, variables that each
 * take one segment (`{deal_id}`, `{deal.id}`, `{deal_id=*}`) and a custom verb
 * at the end (`:win`). What the grammar allows beyond that (`**`, sub-templates)
 * is refused at start: no contract of ours uses it, and a route that silently
 * matched something else would be worse than none.
 */
export interface PathTemplate {
  readonly source: string;
  readonly segments: readonly Segment[];
  /** The custom verb, without its colon; undefined where there is none. */
  readonly verb: string | undefined;
}

export type Segment =
  { readonly kind: 'literal'; readonly text: string } | { readonly kind: 'variable'; readonly path: readonly string[] };

const LITERAL = /^[a-zA-Z0-9_.~-]+$/;
const VARIABLE = /^\{([a-z0-9_]+(?:\.[a-z0-9_]+)*)(?:=\*)?\}$/;
const VERB = /^(.*):([a-zA-Z][a-zA-Z0-9]*)$/;

export function parsePathTemplate(source: string): PathTemplate {
  if (!source.startsWith('/')) throw new Error(`Path template "${source}" must begin with "/".`);
  const verbMatch = VERB.exec(source);
  const path = verbMatch?.[1] ?? source;
  const segments = path
    .slice(1)
    .split('/')
    .map((part): Segment => {
      const variable = VARIABLE.exec(part)?.[1];
      if (variable !== undefined) return { kind: 'variable', path: variable.split('.') };
      if (!LITERAL.test(part)) throw new Error(`Path template "${source}": segment "${part}" is not supported.`);
      return { kind: 'literal', text: part };
    });
  return { source, segments, verb: verbMatch?.[2] };
}

/** The names of the variables' parameters in the Fastify route, in order: dots are not allowed there. */
export const parameterName = (index: number): string => `p${index}`;

/**
 * The route as Fastify's router writes it. Before a custom verb the variable is
 * bounded, so that `{deal_id}:win` does not swallow the verb of another route.
 */
export function toRouteUrl(template: PathTemplate): string {
  let variables = 0;
  const last = template.segments.length - 1;
  const parts = template.segments.map((segment, index) => {
    if (segment.kind === 'literal') return segment.text;
    const name = parameterName(variables++);
    return template.verb !== undefined && index === last ? `:${name}(^[^:/]+)` : `:${name}`;
  });
  return `/${parts.join('/')}${template.verb === undefined ? '' : `::${template.verb}`}`;
}

/** The route as OpenAPI writes it. */
export function toOpenApiPath(template: PathTemplate): string {
  const parts = template.segments.map((segment) =>
    segment.kind === 'literal' ? segment.text : `{${toLowerCamel(segment.path)}}`,
  );
  return `/${parts.join('/')}${template.verb === undefined ? '' : `:${template.verb}`}`;
}

/** Name of a path variable for clients: `deal.id` is `dealId`, as in the other routes of the resource. */
export function toLowerCamel(path: readonly string[]): string {
  return path.join('_').replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Matches every path that the template takes, to tell 405 from 404. */
export function toPathPattern(template: PathTemplate): RegExp {
  const parts = template.segments.map((segment) =>
    segment.kind === 'literal' ? escapeRegExp(segment.text) : '[^/:]+',
  );
  return new RegExp(`^/${parts.join('/')}${template.verb === undefined ? '' : `:${template.verb}`}$`);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
