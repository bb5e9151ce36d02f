import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type NamedTypeNode,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  type TypeDefinitionNode,
  type TypeNode,
  visit,
} from 'graphql';
import { allOf, isOpen, OPEN, type Requirement } from './requirement.ts';

/**
 * What each coordinate asks of a viewer: "Type.field" for fields, "Type" for types (to check on a type condition). Open ones are absent.
 *
 * A field's entry holds everything: its own requirement, its parent type's, its return type's, and those it takes over (see
 * `stripSecurityDirectives`). So admission looks up one coordinate for each selected field, by its parent type in the selection.
 */
export type Authorization = ReadonlyMap<string, Requirement>;

const FEATURES = ['authenticated', 'requiresScopes', 'policy'] as const;
type Feature = (typeof FEATURES)[number];
type CompositeNode = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/**
 * Takes `@authenticated`, `@requiresScopes` and `@policy` out of a supergraph, so that planner and gateway accept it, and returns what
 * they asked for. Requirements travel, whatever composed the supergraph:
 *
 * - between an interface and the types that implement it, both ways: neither a selection on the interface nor one on the object goes
 *   around the other's requirement (GHSA-mx7m-j9xf-62hw);
 * - to a field from every field that its `@requires` or `@fromContext` reads (GHSA-m8jr-fxqx-8xx6);
 * - to a field from the type that it returns, enums and scalars included.
 */
export function stripSecurityDirectives(supergraphSdl: string): {
  supergraphSdl: string;
  authorization: Authorization;
} {
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const names = featureNames(supergraph);
  if (!names.size) return { supergraphSdl, authorization: new Map() };
  return { supergraphSdl: print(strip(supergraph, names)), authorization: authorizationOf(supergraph, names) };
}

/** The directives' names in this supergraph, where `@link` may rename them, and the features' namespaces. */
function featureNames(supergraph: DocumentNode): Map<string, Feature> {
  const names = new Map<string, Feature>();
  for (const link of links(supergraph)) {
    const feature = featureOf(link);
    if (!feature) continue;
    names.set(stringOf(argument(link, 'as')) ?? feature, feature);
    const imports = argument(link, 'import');
    if (imports?.kind !== Kind.LIST) continue;
    for (const entry of imports.values) {
      if (entry.kind !== Kind.OBJECT) continue;
      const field = (name: string) => stringOf(entry.fields.find((candidate) => candidate.name.value === name)?.value);
      if (field('name') === `@${feature}`) names.set((field('as') ?? `@${feature}`).slice(1), feature);
    }
  }
  return names;
}

function strip(supergraph: DocumentNode, names: ReadonlyMap<string, Feature>): DocumentNode {
  const namespaced = (name: string) => [...names.keys()].some((prefix) => name.startsWith(`${prefix}__`));
  return visit(supergraph, {
    Directive: {
      enter: (node) => (names.has(node.name.value) || (isLink(node) && featureOf(node)) ? null : undefined),
    },
    DirectiveDefinition: { enter: (node) => (names.has(node.name.value) ? null : false) },
    ScalarTypeDefinition: { enter: (node) => (namespaced(node.name.value) ? null : undefined) },
  });
}

function authorizationOf(supergraph: DocumentNode, names: ReadonlyMap<string, Feature>): Authorization {
  const types = new Map<string, TypeDefinitionNode>();
  for (const definition of supergraph.definitions)
    if ('name' in definition && definition.name && definition.kind.endsWith('TypeDefinition'))
      types.set(definition.name.value, definition as TypeDefinitionNode);
  const composites = [...types.values()].filter(isComposite);
  const contexts = contextTypes(composites);

  const typeRequirements = new Map<string, Requirement>();
  const fieldRequirements = new Map<string, Requirement>();
  for (const type of types.values()) {
    typeRequirements.set(type.name.value, declared(type.directives, names));
    if (isComposite(type))
      for (const field of type.fields ?? [])
        fieldRequirements.set(`${type.name.value}.${field.name.value}`, declared(field.directives, names));
  }

  // An interface and its implementations take over each other's requirements. First upwards over all, so that a requirement of one
  // implementation does not come down on its siblings.
  const onInterfaces = new Map<string, Requirement>();
  for (const type of composites)
    for (const parent of type.interfaces ?? []) {
      const up = (coordinate: string, requirement: Requirement | undefined) =>
        onInterfaces.set(coordinate, allOf([onInterfaces.get(coordinate), requirement]));
      up(parent.name.value, typeRequirements.get(type.name.value));
      for (const field of type.fields ?? [])
        up(`${parent.name.value}.${field.name.value}`, fieldRequirements.get(`${type.name.value}.${field.name.value}`));
    }
  const inherited = (type: CompositeNode, requirements: ReadonlyMap<string, Requirement>, suffix: string) =>
    allOf([
      requirements.get(type.name.value + suffix),
      ...(type.interfaces ?? []).map((parent) => requirements.get(parent.name.value + suffix)),
      onInterfaces.get(type.name.value + suffix),
    ]);

  const ofType = (name: string): Requirement => {
    const type = types.get(name);
    return type && isComposite(type) ? inherited(type, typeRequirements, '') : (typeRequirements.get(name) ?? OPEN);
  };

  // Fields that read others through @requires take over what those ask for, which may itself be taken over.
  const settled = new Map<string, Requirement>();
  const ofField = (type: CompositeNode, field: FieldDefinitionNode): Requirement => {
    const coordinate = `${type.name.value}.${field.name.value}`;
    const known = settled.get(coordinate);
    if (known) return known;
    const direct = allOf([
      inherited(type, fieldRequirements, `.${field.name.value}`),
      ofType(type.name.value),
      ofType(namedType(field.type)),
    ]);
    settled.set(coordinate, direct);
    const whole = allOf([direct, ...readBy(type, field, contexts).flatMap((read) => ofSelection(read.type, read.set))]);
    settled.set(coordinate, whole);
    return whole;
  };
  const ofSelection = (typeName: string, set: SelectionSetNode): Requirement[] => {
    const type = types.get(typeName);
    return set.selections.flatMap((selection): Requirement[] => {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const name = selection.typeCondition?.name.value ?? typeName;
        return [ofType(name), ...ofSelection(name, selection.selectionSet)];
      }
      if (selection.kind !== Kind.FIELD || !type || !isComposite(type)) return [];
      const field = type.fields?.find((candidate) => candidate.name.value === selection.name.value);
      if (!field) return [];
      const nested = selection.selectionSet ? ofSelection(namedType(field.type), selection.selectionSet) : [];
      return [ofField(type, field), ...nested];
    });
  };

  const authorization = new Map<string, Requirement>();
  const record = (coordinate: string, requirement: Requirement) => {
    if (!isOpen(requirement)) authorization.set(coordinate, requirement);
  };
  for (const type of types.values()) {
    record(type.name.value, ofType(type.name.value));
    if (isComposite(type))
      for (const field of type.fields ?? []) record(`${type.name.value}.${field.name.value}`, ofField(type, field));
  }
  return authorization;
}

/** Selections that a field reads through `@requires` and `@fromContext`, as the join directives state them. */
function readBy(type: CompositeNode, field: FieldDefinitionNode, contexts: ReadonlyMap<string, readonly string[]>) {
  const read: { type: string; set: SelectionSetNode }[] = [];
  for (const join of field.directives ?? []) {
    if (join.name.value !== 'join__field') continue;
    const requires = stringOf(argument(join, 'requires'));
    if (requires) read.push({ type: type.name.value, set: parseSelection(requires) });
    const contextArguments = argument(join, 'contextArguments');
    if (contextArguments?.kind !== Kind.LIST) continue;
    for (const entry of contextArguments.values) {
      if (entry.kind !== Kind.OBJECT) continue;
      const value = (name: string) => stringOf(entry.fields.find((candidate) => candidate.name.value === name)?.value);
      const selection = parseSelection(value('selection') ?? '');
      for (const context of contexts.get(value('context') ?? '') ?? []) read.push({ type: context, set: selection });
    }
  }
  return read;
}

/** Types by the contexts that they set. */
function contextTypes(composites: readonly CompositeNode[]): Map<string, string[]> {
  const contexts = new Map<string, string[]>();
  for (const type of composites)
    for (const directive of type.directives ?? []) {
      const name = directive.name.value.endsWith('context') && stringOf(argument(directive, 'name'));
      if (name) contexts.set(name, [...(contexts.get(name) ?? []), type.name.value]);
    }
  return contexts;
}

function declared(directives: readonly ConstDirectiveNode[] | undefined, names: ReadonlyMap<string, Feature>) {
  return allOf(
    (directives ?? []).map((directive): Requirement | undefined => {
      switch (names.get(directive.name.value)) {
        case 'authenticated':
          return { ...OPEN, authenticated: true };
        case 'requiresScopes':
          // Whoever has a scope is someone.
          return { ...OPEN, authenticated: true, scopes: listOfLists(argument(directive, 'scopes')) };
        case 'policy':
          return { ...OPEN, policies: listOfLists(argument(directive, 'policies')) };
        default:
          return undefined;
      }
    }),
  );
}

const links = (supergraph: DocumentNode): ConstDirectiveNode[] =>
  supergraph.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? []).filter(isLink)
      : [],
  );

const isLink = (directive: { name: { value: string } }) => directive.name.value === 'link';

function featureOf(link: DirectiveNode): Feature | undefined {
  const value = link.arguments?.find(({ name }) => name.value === 'url')?.value;
  const url = value?.kind === Kind.STRING ? value.value : '';
  return FEATURES.find((feature) => new RegExp(`/${feature}(/v\\d[^/]*)?/?$`).test(url));
}

const argument = (directive: ConstDirectiveNode, name: string) =>
  directive.arguments?.find((candidate) => candidate.name.value === name)?.value;

const stringOf = (value: ConstValueNode | undefined) => (value?.kind === Kind.STRING ? value.value : undefined);

const listOfLists = (value: ConstValueNode | undefined): string[][] =>
  value?.kind === Kind.LIST
    ? value.values.map((inner) =>
        (inner.kind === Kind.LIST ? inner.values : [inner]).map((item) => stringOf(item) ?? '').sort(),
      )
    : [];

const isComposite = (type: TypeDefinitionNode): type is CompositeNode =>
  type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION;

const namedType = (type: TypeNode): string => {
  let inner = type;
  while (inner.kind !== Kind.NAMED_TYPE) inner = inner.type;
  return (inner as NamedTypeNode).name.value;
};

const parseSelection = (text: string): SelectionSetNode => {
  // A context selection is written with braces and may start with a type condition; a `requires` is written without.
  const definition = parse(text.trim().startsWith('{') ? text : `{${text}}`, { noLocation: true }).definitions[0];
  return definition?.kind === Kind.OPERATION_DEFINITION
    ? definition.selectionSet
    : { kind: Kind.SELECTION_SET, selections: [] };
};
