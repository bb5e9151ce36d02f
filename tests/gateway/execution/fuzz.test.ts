import { expect, test } from '@jest/globals';
import { buildSchema, execute as executeGraphql, parse, validate } from 'graphql';
import { federate } from './federation.ts';

// Random graphs split into subgraphs, random data with nulls and errors, random operations: the gateway must answer what one graphql-js
// schema over the same data answers. FUZZ_SEED=<n> repeats one case's graph; FUZZ_GRAPHS=<n> runs more.
const GRAPHS = Number(process.env.FUZZ_GRAPHS ?? 12);
const OPERATIONS = 25;

/** mulberry32: small, seeded, good enough to choose by. */
function randomOf(seed: number) {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    chance: (probability: number) => next() < probability,
    below: (end: number) => Math.floor(next() * end),
    pick: <Item>(items: readonly Item[]): Item => items[Math.floor(next() * items.length)]!,
  };
}
type Random = ReturnType<typeof randomOf>;

interface Field {
  readonly name: string;
  /** As written in SDL, with lists and bangs. */
  readonly type: string;
  readonly named: string;
  readonly subgraph: string;
  readonly requires?: string;
  readonly argument: boolean;
}
interface Graph {
  readonly seed: number;
  readonly subgraphs: readonly string[];
  readonly entities: ReadonlyMap<string, readonly Field[]>;
  readonly root: readonly Field[];
}

const ABSTRACT = ['Node', 'Any'];
const LEAVES = ['Int', 'String', 'Boolean', 'Level'];

function graphOf(seed: number): Graph {
  const random = randomOf(seed);
  const subgraphs = ['a', 'b', 'c', 'd'].slice(0, 2 + random.below(3));
  const names = ['T0', 'T1', 'T2', 'T3'].slice(0, 2 + random.below(3));
  const wrap = (named: string) => {
    let type = named + (random.chance(0.25) ? '!' : '');
    for (let lists = random.pick([0, 0, 0, 1, 1, 2]); lists > 0; lists--)
      type = `[${type}]${random.chance(0.25) ? '!' : ''}`;
    return type;
  };
  const fieldOf = (name: string, root: boolean): Field => {
    const named = random.pick(root || random.chance(0.45) ? [...names, ...ABSTRACT] : LEAVES);
    return { name, named, type: wrap(named), subgraph: random.pick(subgraphs), argument: random.chance(0.2) };
  };
  const entities = new Map(
    names.map((entity) => {
      const fields: Field[] = Array.from({ length: 3 + random.below(5) }, (_, index) => fieldOf(`f${index}`, false));
      // What @requires reads must neither fail nor be an entity.
      fields.push({ name: 'base', named: 'Int', type: 'Int', subgraph: random.pick(subgraphs), argument: false });
      const base = fields.at(-1)!;
      const elsewhere = subgraphs.filter((subgraph) => subgraph !== base.subgraph);
      fields.push({
        name: 'derived',
        named: 'Int',
        type: 'Int',
        subgraph: random.pick(elsewhere),
        requires: 'base',
        argument: false,
      });
      return [entity, fields];
    }),
  );
  const root = Array.from({ length: 3 + random.below(3) }, (_, index) => fieldOf(`r${index}`, true));
  return { seed, subgraphs, entities, root };
}

function sdlOf(graph: Graph, subgraph?: string): string {
  const line = (field: Field) =>
    `${field.name}${field.argument ? '(x: Int = 1)' : ''}: ${field.type}${subgraph && field.requires ? ` @requires(fields: "${field.requires}")` : ''}`;
  const here = (field: Field) => !subgraph || field.subgraph === subgraph;
  const parts = [
    `interface Node { id: ID! }  union Any = ${[...graph.entities.keys()].join(' | ')}  enum Level { LOW HIGH }`,
  ];
  for (const [name, fields] of graph.entities) {
    const own = fields.filter(here);
    const external = subgraph
      ? fields.filter((field) => !here(field) && own.some(({ requires }) => requires === field.name))
      : [];
    parts.push(`type ${name} implements Node ${subgraph ? '@key(fields: "id")' : ''} {
      id: ID!
      ${own.map(line).join('\n')}
      ${external.map((field) => `${field.name}: ${field.type} @external`).join('\n')}
    }`);
  }
  const root = graph.root.filter(here);
  if (root.length) parts.push(`type Query { ${root.map(line).join('\n')} }`);
  return parts.join('\n');
}

const hash = (text: string) => {
  let value = 2166136261;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 16777619);
  return (value ^ (value >>> 13)) >>> 0;
};

/** The value of a field of an object: always the same for the same graph, object, field and argument. */
function valueAt(graph: Graph, parent: string, field: Field, x: unknown): unknown {
  const at = `${graph.seed}/${parent}.${field.name}(${x})`;
  const names = [...graph.entities.keys()];
  const make = (type: string, place: string): unknown => {
    const random = randomOf(hash(place));
    if (type.endsWith('!'))
      return make(type.slice(0, -1), place) ?? (random.chance(0.9) ? make(type.slice(0, -1), `${place}'`) : null);
    if (random.chance(0.12)) return null;
    if (field.name !== 'base' && random.chance(0.04)) return new Error(`Failed at ${field.name}`);
    if (type.startsWith('['))
      return Array.from({ length: random.below(4) }, (_, index) => make(type.slice(1, -1), `${place}/${index}`));
    switch (type) {
      case 'Int':
        return random.below(3);
      case 'String':
        return random.pick(['', 'text']);
      case 'Boolean':
        return random.chance(0.5);
      case 'Level':
        return random.pick(['LOW', 'HIGH']);
      default:
        return { __typename: ABSTRACT.includes(type) ? random.pick(names) : type, id: String(random.below(3)) };
    }
  };
  return make(field.type, at);
}

const resolve = (
  graph: Graph,
  parent: { __typename?: string; id?: string; base?: unknown },
  type: string,
  field: Field,
  x: unknown,
) => {
  if (field.requires) {
    const base = graph.entities.get(type)!.find(({ name }) => name === field.requires)!;
    const read = 'base' in parent ? parent.base : valueAt(graph, `${type}:${parent.id}`, base, undefined);
    return read === null ? -1 : Number(read) + 100;
  }
  return valueAt(graph, type === 'Query' ? 'Query' : `${type}:${parent.id}`, field, x);
};

function fixtures(graph: Graph) {
  return Object.fromEntries(
    graph.subgraphs.map((subgraph) => {
      const resolvers: Record<string, Record<string, unknown>> = {};
      for (const [type, fields] of [...graph.entities, ['Query', graph.root] as const]) {
        const own = fields.filter((field) => field.subgraph === subgraph);
        if (type === 'Query' && !own.length) continue;
        resolvers[type] = Object.fromEntries(
          own.map((field) => [
            field.name,
            (parent: object | undefined, { x }: { x?: unknown }) => resolve(graph, parent ?? {}, type, field, x),
          ]),
        );
      }
      return [subgraph, { sdl: sdlOf(graph, subgraph), resolvers }];
    }),
  );
}

function operationOf(graph: Graph, random: Random): string {
  const fragments: string[] = [];
  const condition = () => {
    const value = random.pick(['true', 'false', '$yes', '$no']);
    return random.chance(0.15) ? ` @${random.pick(['skip', 'include'])}(if: ${value})` : '';
  };
  const fieldText = (field: Field, depth: number): string => {
    // One response name must always mean one thing, as validation wants: the alias tells argument and type where they may differ.
    const x = field.argument ? random.pick(['', '(x: 2)', '(x: $x)']) : '';
    const tag = x === '' ? '' : x === '(x: 2)' ? '_2' : '_x';
    const same = [...graph.entities.values()].flat().filter(({ name }) => name === field.name);
    const differs = same.some(({ type, argument }) => type !== field.type || argument !== field.argument);
    const code = field.type.replace(/[[\]!]/g, (sign) => ({ '[': 'l', '!': 'n' })[sign] ?? '');
    const alias =
      tag || differs || random.chance(0.2) ? `${field.name}${tag}_${code}${random.pick(['', '_again'])}: ` : '';
    const isLeaf = LEAVES.includes(field.named);
    return `${alias}${field.name}${x}${condition()}${isLeaf ? '' : ` { ${selection(field.named, depth - 1)} }`}`;
  };
  const selection = (type: string, depth: number): string => {
    const parts: string[] = [];
    if (random.chance(0.3)) parts.push(random.pick(['__typename', `kind: __typename${condition()}`]));
    if (ABSTRACT.includes(type)) {
      if (type === 'Node' && random.chance(0.5)) parts.push(`id${condition()}`);
      for (const name of graph.entities.keys())
        if (random.chance(0.6)) parts.push(`... on ${name}${condition()} { ${selection(name, depth)} }`);
    } else {
      const fields = graph.entities.get(type)!;
      if (random.chance(0.3)) parts.push(`id${condition()}`);
      // Fields that differ in type under one name across entities would clash in abstract selections: their alias carries the type.
      for (const field of fields)
        if (random.chance(0.4) && (depth > 0 || LEAVES.includes(field.named)))
          parts.push(fieldText({ ...field }, depth));
      if (depth > 0 && random.chance(0.25)) {
        const name = `F${fragments.length}`;
        fragments.push('');
        fragments[Number(name.slice(1))] = `fragment ${name} on ${type} { ${selection(type, depth - 1)} }`;
        parts.push(`...${name}${condition()}`);
      }
      if (random.chance(0.15)) parts.push(`... ${condition()} { ${selection(type, depth - 1)} }`);
      if (random.chance(0.15)) parts.push(`... on Node${condition()} { id }`);
    }
    return parts.length ? parts.join(' ') : '__typename';
  };
  const root = graph.root.filter(() => random.chance(0.5));
  const body = (root.length ? root : [graph.root[0]!]).map((field) => fieldText(field, 3)).join(' ');
  const all = `{ ${body} __typename @skip(if: $no) q: __typename @include(if: $yes) } ${fragments.join(' ')}`;
  return `query(${all.includes('$x') ? '$x: Int, ' : ''}$yes: Boolean! = true, $no: Boolean = false) ${all}`;
}

/** Where errors are told whose parent is in the answer. Of what a null took away, each executor may tell more or less. */
function visibleErrors({
  data,
  errors = [],
}: {
  data?: unknown;
  errors?: readonly { path?: readonly (string | number)[] }[];
}) {
  const isVisible = (path: readonly (string | number)[]) => {
    let value = data;
    for (const element of path.slice(0, -1)) value = (value as Record<string | number, unknown> | null)?.[element];
    return value !== null && value !== undefined;
  };
  return errors
    .map(({ path = [] }) => path)
    .filter(isVisible)
    .map((path) => path.join('.'))
    .sort();
}

const seeds = process.env.FUZZ_SEED
  ? [Number(process.env.FUZZ_SEED)]
  : Array.from({ length: GRAPHS }, (_, index) => 1000 + index);

test.each(seeds)('graph %i answers as one schema would', async (seed) => {
  const graph = graphOf(seed);
  const { run, planner } = federate(fixtures(graph));
  const monolith = buildSchema(sdlOf(graph));
  const fieldOf = (type: string, name: string) =>
    (type === 'Query' ? graph.root : graph.entities.get(type)!).find((field) => field.name === name)!;
  let answered = 0;
  for (let index = 0; index < OPERATIONS; index++) {
    const random = randomOf(seed * 7919 + index);
    const query = operationOf(graph, random);
    const document = parse(query);
    if (validate(planner.apiSchema, document).length) continue;
    const variables = random.chance(0.5) ? { x: random.pick([2, 3, null]), yes: random.chance(0.5) } : {};
    const expected = JSON.parse(
      JSON.stringify(
        await executeGraphql({
          schema: monolith,
          document,
          variableValues: variables,
          fieldResolver: (parent, { x }, _, { parentType, fieldName }) =>
            fieldName === 'id'
              ? parent.id
              : resolve(graph, parent ?? {}, parentType.name, fieldOf(parentType.name, fieldName), x),
          typeResolver: ({ __typename }: { __typename: string }) => __typename,
        }),
      ),
    );
    const actual = await run(query, variables).catch((error: Error) => ({
      data: `threw ${error.message}`,
      errors: [],
    }));
    const told = { seed, index, query, variables };
    expect({ ...told, data: actual.data }).toEqual({ ...told, data: expected.data });
    expect({ ...told, failed: !!actual.errors }).toEqual({ ...told, failed: !!expected.errors });
    expect({ ...told, errors: visibleErrors(actual) }).toEqual({ ...told, errors: visibleErrors(expected) });
    answered++;
  }
  // Most random operations are valid: else this would show nothing.
  expect(answered).toBeGreaterThan(OPERATIONS / 3);
});
