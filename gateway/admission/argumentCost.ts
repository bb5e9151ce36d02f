import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type { Formula, Term, Variables } from './formula.ts';

/** How deep an input may nest before it is too dear whatever is in it. */
const deepest = 100;

/** Reads a value of a request. Without `variables` it is the same in every request. */
interface Reader {
  read(variables: Variables): unknown;
  readonly isConstant: boolean;
}

/** Reads values of one operation, defaults of variables and arguments in place. */
export function argumentReader(operation: OperationDefinitionNode) {
  const defaults: Record<string, unknown> = Object.create(null);
  for (const { variable, defaultValue } of operation.variableDefinitions ?? [])
    if (defaultValue) defaults[variable.name.value] = valueFromASTUntyped(defaultValue);
  const variable = (name: string, otherwise: unknown) => (variables: Variables) => {
    if (Object.hasOwn(variables, name) && variables[name] !== undefined) return variables[name];
    return Object.hasOwn(defaults, name) ? defaults[name] : otherwise;
  };

  return {
    /** The Boolean of a condition, or undefined. */
    variable: (name: string) => variable(name, undefined),
    /** The value of a field's argument. */
    of(field: FieldNode, argument: GraphQLArgument): Reader {
      const node = field.arguments?.find(({ name }) => name.value === argument.name)?.value;
      if (!node) return { isConstant: true, read: () => argument.defaultValue };
      if (node.kind === Kind.VARIABLE)
        return { isConstant: false, read: variable(node.name.value, argument.defaultValue) };
      if (!hasVariables(node)) {
        const literal = valueFromASTUntyped(node);
        return { isConstant: true, read: () => literal };
      }
      return { isConstant: false, read: (variables) => valueFromASTUntyped(node, { ...defaults, ...variables }) };
    },
  };
}

export type ArgumentReader = ReturnType<typeof argumentReader>;

function hasVariables(node: ValueNode): boolean {
  let found = false;
  visit(node, {
    Variable: () => {
      found = true;
    },
  });
  return found;
}

/** What arguments cost: one for each input object in them unless `@cost` says something else, nothing for plain values. */
export function argumentCosts(weights: ReadonlyMap<string, number>) {
  const inputFields = new WeakMap<GraphQLInputObjectType, readonly InputField[]>();
  const fieldsOf = (type: GraphQLInputObjectType) => {
    let fields = inputFields.get(type);
    if (!fields) {
      fields = Object.values(type.getFields()).map(({ name, type: inner }) => {
        const weight = weights.get(`${type.name}.${name}`);
        return { name, type: inner, weight, isFree: isFree(inner, weight) };
      });
      inputFields.set(type, fields);
    }
    return fields;
  };

  /** Plain values of which nobody says what they cost. */
  const isFree = (type: GraphQLInputType, weight: number | undefined) => {
    const named = getNamedType(type);
    return !isInputObjectType(named) && weight === undefined && !weights.has(named.name);
  };

  const ofValue = (value: unknown, type: GraphQLInputType, own: number | undefined, depth: number): number => {
    if (value === null || value === undefined) return 0;
    if (depth > deepest) return Number.MAX_SAFE_INTEGER;
    const inner = getNullableType(type);
    if (isListType(inner)) {
      if (!Array.isArray(value)) return ofValue(value, inner.ofType, own, depth + 1);
      return value.reduce<number>((sum, item) => sum + ofValue(item, inner.ofType, own, depth + 1), 0);
    }
    if (!isInputObjectType(inner)) return own ?? weights.get(inner.name) ?? 0;
    let sum = own ?? weights.get(inner.name) ?? 1;
    if (typeof value !== 'object') return sum;
    for (const field of fieldsOf(inner))
      if (!field.isFree && Object.hasOwn(value, field.name))
        sum += ofValue((value as Variables)[field.name], field.type, field.weight, depth + 1);
    return sum;
  };

  return (formula: Formula, coordinate: string, argument: GraphQLArgument, { isConstant, read }: Reader): Term => {
    const weight = weights.get(coordinate);
    if (isFree(argument.type, weight)) return 0;
    const cost = (variables: Variables) => Math.max(0, ofValue(read(variables), argument.type, weight, 0));
    return isConstant ? cost({}) : formula.read(coordinate, cost);
  };
}

interface InputField {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly weight: number | undefined;
  readonly isFree: boolean;
}
