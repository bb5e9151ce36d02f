import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { type DocumentNode, GraphQLError, parse, printError } from 'graphql';
import { parse as parseYaml } from 'yaml';
import { subgraphSdl } from '../subgraphs/shared/sdl.ts';

const root = join(import.meta.dirname, '..');

/** The composed supergraph: generated, committed, and checked to be up to date. */
export const supergraphFile = join(root, 'gateway/supergraph.graphql');

/**
 * Composes the subgraphs that `supergraph.yaml` lists.
 * @throws Error with composition's sentences when they do not fit together.
 */
export function composeFromConfig(file = join(root, 'supergraph.yaml')): string {
  const config = parseYaml(readFileSync(file, 'utf8')) as {
    subgraphs: Record<string, { routing_url: string; schema: { file: string } }>;
  };
  const { supergraphSdl, errors } = composeSupergraph(
    Object.entries(config.subgraphs).map(([name, { routing_url, schema }]) => ({
      name,
      url: routing_url,
      typeDefs: subgraphSdl(join(root, dirname(schema.file))),
    })),
  );
  if (supergraphSdl === undefined) throw new Error(`The subgraphs do not compose:\n${errors.join('\n')}`);
  return supergraphSdl;
}

/** A subgraph as composition wants it. */
export interface SubgraphDefinition {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: string | DocumentNode;
}

export type Composition =
  | { readonly supergraphSdl: string; readonly hints: readonly string[]; readonly errors?: undefined }
  | { readonly supergraphSdl?: undefined; readonly errors: readonly string[] };

/** Composes subgraphs into a supergraph, or says in sentences why they do not fit together. */
export function composeSupergraph(subgraphs: readonly SubgraphDefinition[]): Composition {
  const services: { name: string; url: string; typeDefs: DocumentNode }[] = [];
  const unreadable: string[] = [];
  for (const { name, url, typeDefs } of subgraphs) {
    try {
      services.push({ name, url, typeDefs: typeof typeDefs === 'string' ? parse(typeDefs) : typeDefs });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      unreadable.push(`[${name}] ${printError(error)}`);
    }
  }
  if (unreadable.length) return { errors: unreadable };
  const { supergraphSdl, hints, errors } = composeServices(services);
  if (supergraphSdl !== undefined) return { supergraphSdl, hints: hints.map((hint) => hint.toString()) };
  return { errors: (errors ?? []).map(readable) };
}

/** Composition's errors start with the subgraph's name; the code tells which rule of federation was broken. */
const readable = ({ message, extensions }: GraphQLError) =>
  `${message}${extensions.code ? ` (${extensions.code})` : ''}`;
