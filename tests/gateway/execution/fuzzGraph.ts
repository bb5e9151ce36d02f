import type { Fixture } from './federation.ts';

// Random graphs split into subgraphs, with data: what the fuzzer runs on.

/** mulberry32: small, seeded, good enough to choose by. */
export function randomOf(seed: number) {
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
export type Random = ReturnType<typeof randomOf>;

export const hash = (text: string) => {
  let value = 2166136261;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 16777619);
  return (value ^ (value >>> 13)) >>> 0;
};

export interface Field {
  readonly name: string;
  /** As written in SDL, with lists and bangs. */
  readonly type: string;
  readonly named: string;
  readonly subgraphs: readonly string[];
  /** A subgraph that promises more than the others: its field is not null. */
  readonly strictIn?: string;
  readonly requires?: string;
  readonly argument: boolean;
  /** Resolves without errors, and to null only where `isNullable`. */
  readonly safe?: boolean;
}

export interface Graph {
  readonly seed: number;
  readonly subgraphs: readonly string[];
  /** Types with an `id`, each of which is an entity in every one of the subgraphs. */
  readonly entities: ReadonlyMap<string, readonly Field[]>;
  /** Entities that are of the interface `Media`, which the subgraph "m" knows as one object type, and its fields there. */
  readonly media: readonly string[];
  readonly mediaFields: readonly Field[];
  /** The fields of a type without a key, known by parts in several subgraphs. */
  readonly value: readonly Field[];
  readonly root: readonly Field[];
  readonly nulls: number;
  readonly errors: number;
}

export const LEAVES = ['Int', 'String', 'Boolean', 'Level', 'Float', 'Json', 'ID'];

export function graphOf(seed: number): Graph {
  const random = randomOf(seed);
  const subgraphs = ['a', 'b', 'c', 'd'].slice(0, 2 + random.below(3));
  const names = ['T0', 'T1', 'T2', 'T3'].slice(0, 2 + random.below(3));
  const media = random.chance(0.5) ? names.slice(0, 1 + random.below(2)) : [];
  const wrap = (named: string) => {
    let type = named + (random.chance(0.25) ? '!' : '');
    for (let lists = random.pick([0, 0, 0, 1, 1, 2]); lists > 0; lists--)
      type = `[${type}]${random.chance(0.25) ? '!' : ''}`;
    return type;
  };
  const fieldOf = (name: string, root: boolean, subgraph = random.pick(subgraphs)): Field => {
    const composites = [...names, 'Node', 'Any', ...(media.length && subgraph === 'a' ? ['Media', 'Media'] : [])];
    const named = random.pick(root || random.chance(0.45) ? composites : LEAVES);
    return { name, named, type: wrap(named), subgraphs: [subgraph], argument: random.chance(0.2) };
  };
  const safe = (name: string, type: string, within: readonly string[], more: Partial<Field> = {}): Field => ({
    name,
    type,
    named: type.replace(/\W/g, ''),
    subgraphs: within,
    argument: false,
    safe: true,
    ...more,
  });
  const two = () => {
    const first = random.pick(subgraphs);
    return [first, random.pick(subgraphs.filter((subgraph) => subgraph !== first))] as const;
  };
  const value = [safe('p', 'Int', ['a']), safe('q', 'String', [subgraphs[1]!]), safe('r', '[Int]', ['a'])];
  const entities = new Map(
    names.map((entity) => {
      const fields: Field[] = Array.from({ length: 2 + random.below(5) }, (_, index) => fieldOf(`f${index}`, false));
      // What @requires reads must neither fail nor be an entity.
      const [home, elsewhere] = two();
      fields.push(safe('base', 'Int', [home]), safe('derived', 'Int', [elsewhere], { requires: 'base' }));
      if (random.chance(0.4)) {
        const [of, by] = two();
        fields.push(safe('scaled', 'Int', [of], { argument: true }));
        fields.push(safe('twice', 'Int', [by], { requires: 'scaled(x: 2)' }));
        fields.push(safe('thrice', 'Int', [by], { requires: 'scaled(x: 3)' }));
      }
      if (random.chance(0.5)) {
        const both = two();
        fields.push(safe('same', 'Int', both, random.chance(0.5) ? { strictIn: both[0] } : {}));
      }
      if (random.chance(0.4)) fields.push(safe('value', random.pick(['Value', '[Value]']), ['a', subgraphs[1]!]));
      return [entity, fields];
    }),
  );
  const root = Array.from({ length: 3 + random.below(3) }, (_, index) => fieldOf(`r${index}`, true));
  if (media.length) root.push({ name: 'top', named: 'Media', type: wrap('Media'), subgraphs: ['m'], argument: false });
  return {
    seed,
    subgraphs: media.length ? [...subgraphs, 'm'] : subgraphs,
    entities,
    media,
    mediaFields: media.length ? [fieldOf('m0', false, 'm'), fieldOf('m1', false, 'm')].map(asMedia(wrap)) : [],
    value,
    root,
    nulls: random.pick([0, 0.12, 0.12, 0.35]),
    errors: random.pick([0, 0.04, 0.04, 0.2]),
  };
}

/**
 * The subgraph "m" knows no entities but `Media`. Its fields are nullable: a plan asks it for one type what was selected for another, and what
 * must not be null would take away both.
 */
const asMedia =
  (wrap: (named: string) => string) =>
  (field: Field): Field =>
    nullable(LEAVES.includes(field.named) ? field : { ...field, named: 'Media', type: wrap('Media') });

const nullable = (field: Field): Field => ({ ...field, type: field.type.replace(/!$/, '') });

/** The SDL of one subgraph, or of all as one schema. */
export function sdlOf(graph: Graph, subgraph?: string): string {
  const here = (field: Field) => !subgraph || field.subgraphs.includes(subgraph);
  const line = (field: Field) => {
    const type = subgraph && field.strictIn === subgraph ? `${field.type}!` : field.type;
    const directives = [
      ...(subgraph && field.requires ? [`@requires(fields: "${field.requires}")`] : []),
      ...(subgraph && field.subgraphs.length > 1 ? ['@shareable'] : []),
    ];
    return `${field.name}${field.argument ? '(x: Int = 1)' : ''}: ${type} ${directives.join(' ')}`;
  };
  const root = graph.root.filter(here);
  const parts = ['enum Level { LOW HIGH }  scalar Json'];
  // By its own object the oracle knows where a part of an answer belongs.
  const self = subgraph ? '' : 'self_: String';
  if (root.length) parts.push(`type Query { ${self} ${root.map(line).join('\n')} }`);
  const mediaFields = graph.mediaFields.filter(here).map(line).join('\n');
  if (subgraph === 'm') {
    parts.push(`type Media @key(fields: "id") @interfaceObject { id: ID!  ${mediaFields} }`);
    return parts.join('\n');
  }
  const isMedia = graph.media.length > 0 && (!subgraph || subgraph === 'a');
  if (isMedia)
    parts.push(`interface Media ${subgraph ? '@key(fields: "id")' : ''} { ${self} id: ID!  ${mediaFields} }`);
  parts.push(`interface Node { ${self} id: ID! }  union Any = ${[...graph.entities.keys()].join(' | ')}`);
  const value = graph.value.filter(here);
  if (value.length) parts.push(`type Value { ${self} ${value.map(line).join('\n')} }`);
  for (const [name, fields] of graph.entities) {
    const own = fields.filter(here);
    const isRequired = ({ name }: Field) => own.some(({ requires }) => requires?.replace(/\(.*/, '') === name);
    const external = subgraph ? fields.filter((field) => !here(field) && isRequired(field)) : [];
    const ofMedia = isMedia && graph.media.includes(name);
    parts.push(`type ${name} implements Node ${ofMedia ? '& Media' : ''} ${subgraph ? '@key(fields: "id")' : ''} {
      ${self}
      id: ID!
      ${ofMedia ? mediaFields : ''}
      ${own.map(line).join('\n')}
      ${external.map((field) => `${line({ ...field, subgraphs: [] })} @external`).join('\n')}
    }`);
  }
  return parts.join('\n');
}

/** An object of the graph. Its id tells its type. */
interface Thing {
  readonly id?: string;
  readonly base?: unknown;
  readonly scaled?: unknown;
}

const typeOf = (id: string) => id.replace(/_.*/, '');

/** The value of a field of an object: always the same for the same graph, object, field and argument. */
export function resolve(graph: Graph, parent: Thing, field: Field, x: unknown): unknown {
  const owner = parent.id === undefined ? undefined : graph.entities.get(typeOf(parent.id));
  if (field.requires) {
    const [, name = '', argument] = /^(\w+)(?:\(x: (\d)\))?$/.exec(field.requires) ?? [];
    const read = owner?.find((candidate) => candidate.name === name);
    if (!read) throw new Error(`No ${name}`);
    // In a subgraph the parent is the representation; in the one schema the field is looked up.
    const told = Object.hasOwn(parent, name)
      ? parent[name as 'base']
      : resolve(graph, parent, read, argument && Number(argument));
    return told === null ? -1 : Number(told) + 100;
  }
  const names = [...graph.entities.keys()];
  const make = (type: string, place: string): unknown => {
    const random = randomOf(hash(place));
    if (type.endsWith('!')) {
      const inner = type.slice(0, -1);
      return make(inner, place) ?? (random.chance(0.9) ? make(inner, `${place}'`) : null);
    }
    if (!field.strictIn && random.chance(field.safe ? 0.12 : graph.nulls)) return null;
    if (!field.safe && random.chance(graph.errors)) return new Error(`Failed at ${field.name}`);
    if (type.startsWith('['))
      return Array.from({ length: random.below(4) }, (_, index) => make(type.slice(1, -1), `${place}/${index}`));
    const thing = (name: string) => ({ __typename: name, id: `${name}_${random.below(3)}` });
    switch (type) {
      case 'Int':
        return random.below(3);
      case 'Float':
        return random.pick([0.5, -3, 1e21, 1e-9]);
      case 'String':
        return random.pick([
          '',
          'text',
          '"quoted" \\ and\nmore',
          'ünï \u2028 \ud83d\ude00',
          'x'.repeat(60),
          `${'y'.repeat(60)}"`,
        ]);
      case 'ID':
        return random.pick(['1', 'id']);
      case 'Boolean':
        return random.chance(0.5);
      case 'Level':
        return random.pick(['LOW', 'HIGH']);
      case 'Json':
        return random.pick<unknown>(['text', 3, true, { a: [1, { __typename: 'T0' }, null] }, [], [[{ b: '"' }]]]);
      case 'Any':
      case 'Node':
        return thing(random.pick(names));
      case 'Media':
        return thing(random.pick(graph.media));
      case 'Value':
        return { __typename: 'Value', id: `Value_${hash(place)}` };
      default:
        return thing(type);
    }
  };
  return make(
    field.type,
    `${graph.seed}/${parent.id ?? 'Query'}.${field.name}(${field.argument ? (x === undefined ? 1 : x) : ''})`,
  );
}

export function fixtures(graph: Graph): Record<string, Fixture> {
  return Object.fromEntries(
    graph.subgraphs.map((subgraph) => {
      const resolvers: Record<string, Record<string, unknown>> = {};
      const types = new Map([
        ...graph.entities,
        ['Query', graph.root],
        ['Media', graph.mediaFields],
        ['Value', graph.value],
      ]);
      for (const [type, fields] of types) {
        const own = fields.filter((field) => field.subgraphs.includes(subgraph));
        if (!own.length) continue;
        resolvers[type] = Object.fromEntries(
          own.map((field) => [
            field.name,
            (parent: Thing | undefined, { x }: { x?: unknown }) => resolve(graph, parent ?? {}, field, x),
          ]),
        );
      }
      if (graph.media.length && subgraph === 'a')
        resolvers.Media = {
          __resolveType: ({ id }: { id: string }) => typeOf(id),
          __resolveReference: ({ id }: { id: string }) => ({ __typename: typeOf(id), id }),
        };
      return [subgraph, { sdl: sdlOf(graph, subgraph), resolvers }];
    }),
  );
}
