import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Manifest } from '../../gateway/admission/manifest.ts';

/** The configuration of Apollo iOS's code generation; unknown keys are errors there. */
export const codegenConfigFile = join(import.meta.dirname, '../../apollo-codegen-config.json');

/** The graph as clients see it, for programs that read schemas as text: written by `npm run generate`, no part of the repository. */
export const apiSchemaFile = join(import.meta.dirname, '../../operations/generated/schema.graphqls');

/** What of that file Apollo's code generation needs to know. */
export interface CodegenConfig {
  readonly schemaNamespace: string;
  readonly input: { readonly schemaSearchPaths: readonly string[]; readonly operationSearchPaths: readonly string[] };
  readonly output: { readonly schemaTypes: { readonly path: string } };
  readonly operationManifest: { readonly path: string };
}

/**
 * Apollo's command line, where it is installed: on the path, or where `swift package apollo-cli-install` puts it.
 * @param folders where to look, beside the folders of the path.
 */
export function findCli(folders: readonly string[], path = process.env.PATH ?? ''): string | null {
  const candidates = [...folders, ...path.split(delimiter).filter(Boolean)].map((folder) =>
    join(folder, 'apollo-ios-cli'),
  );
  return candidates.find((file) => existsSync(file)) ?? null;
}

/** In sentences, where the operations that Apollo generated differ from those that the server knows. */
export function disagreements(apollos: Manifest, ours: Manifest): string[] {
  const known = new Map(ours.operations.map(({ name, id }) => [name, id]));
  const generated = new Map(apollos.operations.map(({ name, id }) => [name, id]));
  return [...new Set([...known.keys(), ...generated.keys()])].sort().flatMap((name) => {
    if (!generated.has(name)) return [`Apollo generated no ${name}.`];
    if (!known.has(name)) return [`The server does not know ${name}.`];
    if (generated.get(name) === known.get(name)) return [];
    return [`${name} has the id ${generated.get(name)} in the apps and ${known.get(name)} at the server.`];
  });
}
