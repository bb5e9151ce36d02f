import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Federation features that every subgraph schema may use. */
const federationLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@tag",
  "@authenticated", "@requiresScopes", "@cost", "@listSize", "@composeDirective"
])\n`;

/** The SDL of a subgraph: its own `schema.graphql` after the part that all share. */
export function subgraphSdl(directory: string): string {
  const read = (folder: string) => readFileSync(join(folder, 'schema.graphql'), 'utf8');
  return `${federationLink}\n${read(import.meta.dirname)}\n${read(directory)}`;
}
