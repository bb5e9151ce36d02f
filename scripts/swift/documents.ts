import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest, ManifestOperation } from '../../gateway/admission/manifest.ts';

/** Where Swift names an operation: `Document.logProgress` stands for `LogProgress`. */
const mention = /\bDocument\.([a-z]\w*)/g;

/**
 * The operations that Swift sources name, in alphabetical order.
 * @throws Error naming what the manifest does not have.
 */
export function usedOperations(sources: string, manifest: Manifest): ManifestOperation[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.swift'));
  const names = new Map<string, string>();
  for (const file of files) {
    const text = readFileSync(join(sources, file), 'utf8');
    for (const [, name] of text.matchAll(mention)) names.set(name![0]!.toUpperCase() + name!.slice(1), file);
  }
  const known = new Map(manifest.operations.map((operation) => [operation.name, operation]));
  return [...names].sort().map(([name, file]) => {
    const operation = known.get(name);
    if (!operation) throw new Error(`${file} names the operation "${name}", which operations/ does not have.`);
    return operation;
  });
}

/** The Swift file with these documents. */
export function printOperations(operations: ManifestOperation[]): string {
  const members = operations.map(({ name, type, id, body }) => {
    const member = name[0]!.toLowerCase() + name.slice(1);
    return `  public static let ${member} = Document(
    name: "${name}", kind: .${type},
    hash: "${id}",
    body: #"""
      ${body.replaceAll('\n', '\n      ')}
      """#)
`;
  });
  return `// Generated from operations/ by "npm run generate:swift". Do not edit.
// swift-format-ignore-file

extension Document {
${members.join('\n')}}
`;
}
