import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OperationDefinitionNode, parse } from 'graphql';
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

/** The name of the type that Apollo generates for an operation: with its kind at the end, unless the name ends so already. */
export function generatedType({ name, type }: Pick<ManifestOperation, 'name' | 'type'>): string {
  const kind = type[0]!.toUpperCase() + type.slice(1);
  const upper = name[0]!.toUpperCase() + name.slice(1);
  return upper.endsWith(kind) ? upper : `${upper}${kind}`;
}

/** The names of the variables that an operation declares. */
function variablesOf({ body }: Pick<ManifestOperation, 'body'>): string[] {
  const [operation] = parse(body, { noLocation: true }).definitions as OperationDefinitionNode[];
  return operation!.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
}

/** The Swift file by which GraphApollo finds the types that Apollo generates. */
export function printRegistry(operations: ManifestOperation[]): string {
  const entries = (kind: (operation: ManifestOperation) => boolean) => {
    const lines = operations
      .filter(kind)
      .map(
        (operation) =>
          `    "${operation.name}": .${operation.type}(${generatedType(operation)}.self, ${JSON.stringify(variablesOf(operation))}),\n`,
      );
    return lines.length > 0 ? `[\n${lines.join('')}  ]` : '[:]';
  };
  return `// Generated from operations/ by "npm run generate:swift". Do not edit; it is no part of the repository.
// swift-format-ignore-file
import JarvisAPI

enum Operations {
  static let runners: [String: Runner] = ${entries(({ type }) => type !== 'subscription')}

  static let followers: [String: Follower] = ${entries(({ type }) => type === 'subscription')}
}
`;
}

/** What Apollo would generate, as far as GraphApollo uses it: for checking types where Apollo's code generation does not run. */
export function printStandIns(operations: ManifestOperation[]): string {
  const types = operations.map((operation) => {
    const { name, id, type } = operation;
    return `public struct ${generatedType(operation)}: GraphQL${type[0]!.toUpperCase()}${type.slice(1)} {
  public static let operationName: String = "${name}"
  public static let operationDocument: ApolloAPI.OperationDocument = .init(operationIdentifier: "${id}")
  public typealias Data = StandInData
}
`;
  });
  return `// Generated from operations/ by "npm run generate:swift". Do not edit; it is no part of the repository.
// swift-format-ignore-file
@_spi(Execution) @_spi(Unsafe) import ApolloAPI

public enum SchemaMetadata: ApolloAPI.SchemaMetadata {
  public static let configuration: any ApolloAPI.SchemaConfiguration.Type = SchemaConfiguration.self
  public static func objectType(forTypename typename: String) -> ApolloAPI.Object? { nil }
}

public struct StandInData: RootSelectionSet {
  public typealias Schema = SchemaMetadata
  @_spi(Execution) public static var __parentType: any ApolloAPI.ParentType { fatalError() }
  @_spi(Unsafe) public let __data: DataDict
  @_spi(Unsafe) public init(_dataDict: DataDict) { __data = _dataDict }
}

${types.join('\n')}`;
}
