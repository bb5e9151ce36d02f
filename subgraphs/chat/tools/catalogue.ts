import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, type GraphQLSchema, isScalarType } from 'graphql';
import type { Scope } from '../../shared/context.ts';
import type { AiDataClass } from '../../shared/models/dataClasses.ts';
import { scalars } from '../../shared/scalars.ts';

/**
 * What the assistant may do: the catalogue that `npm run generate` makes of `operations/assistant/` and of the supergraph, so that
 * this subgraph knows what a tool reads, and of whom, without knowing the gateway.
 */
export const catalogueFile = join(import.meta.dirname, 'catalogue.json');

/** What selecting something means. */
export interface Traits {
  readonly dataClasses: readonly AiDataClass[];
  /** Scopes that the token needs. */
  readonly scopes: readonly Scope[];
  /** Whether it brings text that others than the person wrote: whoever has read it may be under their influence. */
  readonly isUntrusted: boolean;
}

export interface Tool extends Traits {
  readonly name: string;
  readonly kind: 'READ' | 'WRITE';
  /** For the model. */
  readonly description: string;
  readonly document: string;
  /** Of the document's variables. */
  readonly parameters: ArgumentsSchema;
}

/** The part of JSON Schema that arguments are described with. */
export interface ValueSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly items?: ValueSchema;
  readonly pattern?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

export interface ArgumentsSchema extends ValueSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, ValueSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

/** What the file holds. */
export interface WrittenCatalogue {
  readonly tools: readonly Tool[];
  /** For the model: what the tool `query` can ask for. */
  readonly queryDescription: string;
  /** Traits of every output field by `Type.field`; of an interface's field, those of all its implementations. */
  readonly fields: Readonly<Record<string, Traits>>;
  /** SDL of what clients see. */
  readonly schema: string;
}

export interface Catalogue extends Omit<WrittenCatalogue, 'schema' | 'tools' | 'fields'> {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly fields: ReadonlyMap<string, Traits>;
  readonly schema: GraphQLSchema;
}

let loaded: Catalogue | undefined;

/** The catalogue of this version, read once. @throws Error when it was not generated. */
export function catalogue(): Catalogue {
  loaded ??= loadCatalogue();
  return loaded;
}

export const loadCatalogue = (): Catalogue => openCatalogue(JSON.parse(readFileSync(catalogueFile, 'utf8')));

export function openCatalogue({ tools, fields, schema: sdl, queryDescription }: WrittenCatalogue): Catalogue {
  const schema = buildSchema(sdl, { assumeValidSDL: true });
  for (const [name, { parseValue, parseLiteral }] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (isScalarType(type)) Object.assign(type, { parseValue, parseLiteral });
  }
  return {
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    fields: new Map(Object.entries(fields)),
    schema,
    queryDescription,
  };
}

/** What several selections mean together. */
export function together(all: Iterable<Traits>): Traits {
  const dataClasses = new Set<AiDataClass>();
  const scopes = new Set<Scope>();
  let isUntrusted = false;
  for (const traits of all) {
    for (const dataClass of traits.dataClasses) dataClasses.add(dataClass);
    for (const scope of traits.scopes) scopes.add(scope);
    isUntrusted ||= traits.isUntrusted;
  }
  return { dataClasses: [...dataClasses].sort(), scopes: [...scopes].sort(), isUntrusted };
}
