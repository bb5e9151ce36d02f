import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { operationParts } from '../planning/conditions.ts';
import { argumentCosts, argumentReader } from './argumentCost.ts';
import { type ListSize, readCostDirectives } from './costDirectives.ts';
import { Formula, type Term, type Variables, value } from './formula.ts';

/** What an operation is expected to cost with some variables. */
export interface Estimate {
  /** At most, as far as lists keep to the sizes that the schema states. */
  readonly cost: number;
  /** The part that is spent whatever the answer is: running a mutation, and the arguments of root fields. */
  readonly certain: number;
}

export interface OperationCost {
  /**
   * Takes microseconds.
   * @throws GraphQLError (BAD_USER_INPUT) when a field does not say how many it wants where the schema demands it.
   */
  estimate(variables?: Variables | null): Estimate;
}

export interface CostModel {
  /**
   * The cost of an operation of a validated document, within the limits of depth. Compiled once a document.
   * @throws GraphQLError (BAD_USER_INPUT) for an unknown operation.
   */
  operation(document: DocumentNode, operationName?: string | null): OperationCost;
  /** What one value of a type costs in a field of objects of the parent type: what the executor adds up while it writes an answer. */
  weigh(parent: string, field: string, type: string): number;
}

export interface CostOptions {
  /** Length of lists of which the schema says nothing. */
  readonly defaultListSize?: number;
}

const mutationCost = 10;

/** What a selection set costs in an object of one type: `fixed`, and `perItem` for each item of the lists that its parent field sizes. */
interface SetCost {
  readonly fixed: Term;
  readonly perItem: Term;
  /** Of `fixed`, what the arguments of its own fields cost. */
  readonly given: Term;
}

const FREE: SetCost = { fixed: 0, perItem: 0, given: 0 };

/**
 * Demand as the IBM GraphQL cost directives and Apollo's router count it: an object 1, a leaf 0, a mutation 10 more, an input object 1, a
 * list as many times its items as it may be long; `@cost` and `@listSize` of the supergraph change that. Of an abstract type the dearest
 * possible type counts. Introspection is free. What is selected twice counts twice: the estimate is an upper bound, and what was not used is
 * given back.
 */
export function createCostModel(
  supergraphSdl: string,
  apiSchema: GraphQLSchema,
  { defaultListSize = 10 }: CostOptions = {},
): CostModel {
  const { weights, listSizes } = readCostDirectives(supergraphSdl);
  const argumentCost = argumentCosts(weights);
  const known = new WeakMap<DocumentNode, Map<string, OperationCost>>();
  const weigh = (parent: string, field: string, type: string) =>
    weights.get(`${parent}.${field}`) ?? weights.get(type) ?? (isObjectType(apiSchema.getType(type)) ? 1 : 0);

  function compile(document: DocumentNode, operationName: string): OperationCost {
    const { operation, fragments } = operationParts(document, operationName);
    const formula = new Formula();
    const reader = argumentReader(operation);
    const sets = new Map<SelectionSetNode, Map<string, SetCost>>();

    const ofSet = (set: SelectionSetNode, type: GraphQLObjectType, sized: readonly string[]): SetCost => {
      const costs = sets.get(set) ?? new Map<string, SetCost>();
      sets.set(set, costs);
      const key = `${type.name} ${sized.join()}`;
      let cost = costs.get(key);
      if (!cost) {
        cost = combine(set.selections.map((selection) => ofSelection(selection, type, sized)));
        costs.set(key, cost);
      }
      return cost;
    };

    const combine = (costs: readonly SetCost[]): SetCost => ({
      fixed: formula.sum(costs.map(({ fixed }) => fixed)),
      perItem: formula.sum(costs.map(({ perItem }) => perItem)),
      given: formula.sum(costs.map(({ given }) => given)),
    });

    const ofSelection = (selection: SelectionNode, type: GraphQLObjectType, sized: readonly string[]): SetCost => {
      let cost = FREE;
      if (selection.kind === Kind.FIELD) cost = ofField(selection, type, sized);
      else {
        const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (inner && fits(type, inner.typeCondition?.name.value)) cost = ofSet(inner.selectionSet, type, sized);
      }
      for (const directive of selection.directives ?? []) {
        const { value: name } = directive.name;
        const condition = directive.arguments?.[0]?.value;
        if ((name !== 'skip' && name !== 'include') || !condition) continue;
        const wanted = name === 'include';
        if (condition.kind === Kind.BOOLEAN && condition.value !== wanted) return FREE;
        if (condition.kind !== Kind.VARIABLE) continue;
        const read = reader.variable(condition.name.value);
        const holds = (variables: Variables) => read(variables) === wanted;
        cost = {
          fixed: formula.when(holds, cost.fixed),
          perItem: formula.when(holds, cost.perItem),
          given: formula.when(holds, cost.given),
        };
      }
      return cost;
    };

    const ofField = (node: FieldNode, parent: GraphQLObjectType, sized: readonly string[]): SetCost => {
      const field = parent.getFields()[node.name.value];
      if (!field) return FREE;
      const coordinate = `${parent.name}.${field.name}`;
      const listSize = listSizes.get(coordinate);
      const size = listSize ? sizeOf(listSize, coordinate, node, field) : defaultListSize;
      const type = getNamedType(field.type);
      const itemCosts = possibleTypes(type).map((object) => {
        const own = weigh(parent.name, field.name, object.name);
        if (!node.selectionSet) return own;
        const { fixed, perItem } = ofSet(node.selectionSet, object, listSize?.sizedFields ?? []);
        return formula.sum([own, fixed, formula.times(size, perItem)]);
      });
      const item = itemCosts.length
        ? formula.largest(itemCosts)
        : Math.max(0, weigh(parent.name, field.name, type.name));
      const given = formula.sum(
        field.args.map((argument) => {
          const at = `${coordinate}(${argument.name}:)`;
          return argumentCost(formula, at, argument, reader.of(node, argument));
        }),
      );
      if (!isListType(getNullableType(field.type))) return { fixed: formula.sum([item, given]), perItem: 0, given };
      if (sized.includes(field.name)) return { fixed: given, perItem: item, given };
      return { fixed: formula.sum([formula.times(size, item), given]), perItem: 0, given };
    };

    const sizeOf = (
      { assumedSize = defaultListSize, slicingArguments, requireOneSlicingArgument }: ListSize,
      coordinate: string,
      node: FieldNode,
      field: GraphQLField<unknown, unknown>,
    ): Term => {
      const slices = slicingArguments.flatMap(([name, ...path]) => {
        const argument = field.args.find((candidate) => candidate.name === name);
        return argument ? [{ ...reader.of(node, argument), path }] : [];
      });
      if (!slices.length) return assumedSize;
      const read = (variables: Variables) => {
        const sizes = slices
          .map(({ read, path }) => inside(read(variables), path))
          .filter((size) => size !== undefined);
        if (requireOneSlicingArgument && sizes.length !== 1) return Number.NaN;
        return sizes.length ? Math.max(...sizes) : assumedSize;
      };
      const size = slices.every(({ isConstant }) => isConstant) ? read({}) : Number.NaN;
      const names = slicingArguments.map((path) => `"${path.join('.')}"`).join(' and ');
      return Number.isNaN(size) ? formula.read(`${coordinate} needs exactly one of ${names}`, read) : size;
    };

    const possibleTypes = (type: unknown): readonly GraphQLObjectType[] =>
      isObjectType(type) ? [type] : isAbstractType(type) ? apiSchema.getPossibleTypes(type) : [];

    const fits = (type: GraphQLObjectType, condition: string | undefined) => {
      if (!condition || condition === type.name) return true;
      const wanted = apiSchema.getType(condition);
      return isAbstractType(wanted) && apiSchema.isSubType(wanted, type);
    };

    const root = apiSchema.getRootType(operation.operation);
    const { fixed, given } = root ? ofSet(operation.selectionSet, root, []) : FREE;
    const base = operation.operation === 'mutation' ? mutationCost : 0;
    const cost = formula.sum([base, fixed]);
    const certain = formula.sum([base, given]);
    return {
      estimate(variables) {
        const slots = formula.evaluate(variables ?? {});
        const estimate = { cost: value(cost, slots), certain: value(certain, slots) };
        if (Number.isNaN(estimate.cost))
          throw new GraphQLError(`${formula.refusedBy(slots)}.`, { extensions: { code: 'BAD_USER_INPUT' } });
        return estimate;
      },
    };
  }

  return {
    weigh,
    operation(document, operationName) {
      const operations = known.get(document) ?? new Map<string, OperationCost>();
      known.set(document, operations);
      let operation = operations.get(operationName ?? '');
      if (!operation) {
        operation = compile(document, operationName ?? '');
        operations.set(operationName ?? '', operation);
      }
      return operation;
    },
  };
}

const models = new WeakMap<GraphQLSchema, CostModel>();

/** The one model of a supergraph: what is estimated before an operation and what its answer is weighed by are the same. */
export function costModelOf(supergraphSdl: string, apiSchema: GraphQLSchema): CostModel {
  const known = models.get(apiSchema);
  if (known) return known;
  const model = createCostModel(supergraphSdl, apiSchema);
  models.set(apiSchema, model);
  return model;
}

/** The number at a path of a value; undefined where there is none. */
function inside(given: unknown, path: readonly string[]): number | undefined {
  let found = given;
  for (const name of path)
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, name) ? (found as Variables)[name] : null;
  return typeof found === 'number' && Number.isFinite(found) ? Math.max(0, found) : undefined;
}
