// Random graphs split into subgraphs: what the fuzzer runs on.
//
// They have entities known to all subgraphs by an id, one of which may know an entity by another key; an interface and a union of them; an
// interface that one subgraph knows as an object (`@interfaceObject`); `@requires`, also with arguments and with two values of one argument;
// `@provides`; `@shareable`, also with different nullability; `@override`, also with a label; `@context`; a type without a key, known by parts;
// lists of lists, null or not; an enum, a custom scalar; arguments that are input objects, enums, lists and scalars, with defaults; mutations.

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
  /** One argument, or one of each kind. */
  readonly takes?: 'one' | 'many';
  /** Resolves without errors, and to null only where `isNullable`. */
  readonly safe?: boolean;
  /** A subgraph that has the field, too, and must not be asked for it: `@override` took it, or has not taken it yet. */
  readonly override?: { readonly other: string; readonly label?: 'percent(0)' | 'percent(100)' };
  /** What the field's subgraph gives of the entity here, and nowhere else. */
  readonly provides?: string;
  /** Subgraphs that give it below some fields: they have `provides`. */
  readonly providers?: readonly string[];
  /** The field of the context that it is told. */
  readonly fromContext?: string;
}

export interface Graph {
  readonly seed: number;
  readonly subgraphs: readonly string[];
  /** Types with an `id`, each of which is an entity in every one of the subgraphs. */
  readonly entities: ReadonlyMap<string, readonly Field[]>;
  /** Entities that a subgraph knows by a `code`, which one other subgraph has. */
  readonly coded: ReadonlyMap<string, { readonly by: string; readonly from: string }>;
  /** Entities that are of the interface `Media`, which the subgraph "m" knows as one object type, and its fields there. */
  readonly media: readonly string[];
  readonly mediaFields: readonly Field[];
  /** The fields of a type without a key, known by parts in several subgraphs. */
  readonly value: readonly Field[];
  /** The fields of a type that sets a context, and of one that reads it. None where the graph has no such types. */
  readonly holder: readonly Field[];
  readonly kid: readonly Field[];
  readonly root: readonly Field[];
  readonly mutations: readonly Field[];
  readonly nulls: number;
  readonly errors: number;
}

export const LEAVES = ['Int', 'String', 'Boolean', 'Level', 'Float', 'Json', 'ID'];

/** All fields by their types. */
export const fieldsOf = (graph: Graph): ReadonlyMap<string, readonly Field[]> =>
  new Map([
    ...graph.entities,
    ['Media', graph.mediaFields],
    ['Value', graph.value],
    ['Holder', graph.holder],
    ['Kid', graph.kid],
    ['Query', graph.root],
    ['Mutation', graph.mutations],
  ]);

export function graphOf(seed: number): Graph {
  const random = randomOf(seed);
  const subgraphs = ['a', 'b', 'c', 'd'].slice(0, 2 + random.below(3));
  const names = ['T0', 'T1', 'T2', 'T3'].slice(0, 2 + random.below(3));
  const media = random.chance(0.5) ? names.slice(0, 1 + random.below(2)) : [];
  const others = (...taken: string[]) => subgraphs.filter((subgraph) => !taken.includes(subgraph));
  const two = () => {
    const first = random.pick(subgraphs);
    return [first, random.pick(others(first))] as const;
  };
  const holds = random.chance(0.3) ? two() : undefined;
  const wrap = (named: string) => {
    let type = named + (random.chance(0.25) ? '!' : '');
    for (let lists = random.pick([0, 0, 0, 1, 1, 2]); lists > 0; lists--)
      type = `[${type}]${random.chance(0.25) ? '!' : ''}`;
    return type;
  };
  const fieldOf = (name: string, root: boolean, subgraph = random.pick(subgraphs)): Field => {
    const composites = [
      ...names,
      'Node',
      'Any',
      ...(media.length && subgraph === 'a' ? ['Media', 'Media'] : []),
      ...(holds?.[0] === subgraph ? ['Holder', 'Holder'] : []),
    ];
    const named = random.pick(root || random.chance(0.45) ? composites : LEAVES);
    const takes = random.chance(0.2) ? random.pick(['one', 'many'] as const) : undefined;
    const isMoved = !root && subgraph !== 'm' && random.chance(0.1);
    const label = random.pick([undefined, undefined, 'percent(0)', 'percent(100)'] as const);
    const override = isMoved &&
      named !== 'Media' &&
      named !== 'Holder' && { other: random.pick(others(subgraph)), label };
    return { name, named, type: wrap(named), subgraphs: [subgraph], takes, ...(override && { override }) };
  };
  const safe = (name: string, type: string, within: readonly string[], more: Partial<Field> = {}): Field => ({
    name,
    type,
    named: type.replace(/\W/g, ''),
    subgraphs: within,
    safe: true,
    ...more,
  });
  const value = [safe('p', 'Int', ['a']), safe('q', 'String', [subgraphs[1]!]), safe('r', '[Int]', ['a'])];
  const coded = new Map<string, { by: string; from: string }>();
  const entities = new Map(
    names.map((entity) => {
      const fields: Field[] = Array.from({ length: 2 + random.below(5) }, (_, index) => fieldOf(`f${index}`, false));
      // What @requires reads must neither fail nor be an entity.
      const [home, elsewhere] = two();
      fields.push(safe('base', 'Int', [home]), safe('derived', 'Int', [elsewhere], { requires: 'base' }));
      if (random.chance(0.4)) {
        const [of, by] = two();
        fields.push(safe('scaled', 'Int', [of], { takes: 'one' }));
        fields.push(safe('twice', 'Int', [by], { requires: 'scaled(x: 2)' }));
        fields.push(safe('thrice', 'Int', [by], { requires: 'scaled(x: 3)' }));
      }
      if (random.chance(0.5)) {
        const both = two();
        fields.push(safe('same', 'Int', both, random.chance(0.5) ? { strictIn: both[0] } : {}));
      }
      if (random.chance(0.4)) fields.push(safe('value', random.pick(['Value', '[Value]']), ['a', subgraphs[1]!]));
      if (!media.includes(entity) && random.chance(0.2)) {
        const [by, from] = two();
        coded.set(entity, { by, from });
        fields.push(safe('code', 'ID!', [by, from]));
      }
      return [entity, fields];
    }),
  );
  const root = Array.from({ length: 3 + random.below(3) }, (_, index) => fieldOf(`r${index}`, true));
  if (media.length) root.push({ name: 'top', named: 'Media', type: wrap('Media'), subgraphs: ['m'] });
  if (holds) root.push({ name: 'holder', named: 'Holder', type: wrap('Holder'), subgraphs: [holds[0]] });
  provide(random, entities, root);
  return {
    seed,
    subgraphs: media.length ? [...subgraphs, 'm'] : subgraphs,
    entities,
    coded,
    media,
    mediaFields: media.length ? [fieldOf('m0', false, 'm'), fieldOf('m1', false, 'm')].map(asMedia(wrap)) : [],
    value,
    holder: holds
      ? [
          safe('amount', 'Int', [random.pick(holds)]),
          { name: 'kids', named: 'Kid', type: wrap('Kid'), subgraphs: [holds[0]] },
        ]
      : [],
    kid: holds
      ? [
          safe('told', 'Int', [holds[0]], { fromContext: 'amount' }),
          { name: 'k0', named: 'String', type: wrap('String'), subgraphs: [holds[1]] },
          { name: 'k1', named: 'Int', type: wrap('Int'), subgraphs: [holds[0]], takes: 'one' },
        ]
      : [],
    root,
    mutations: random.chance(0.4) ? Array.from({ length: 3 }, (_, index) => fieldOf(`w${index}`, true)) : [],
    nulls: random.pick([0, 0.12, 0.12, 0.35]),
    errors: random.pick([0, 0.04, 0.04, 0.2]),
  };
}

/** Lets some fields give their entity's `base`, which their subgraph has nowhere else. */
function provide(random: Random, entities: Map<string, Field[]>, root: Field[]): void {
  for (const fields of [root, ...entities.values()])
    for (const [index, field] of fields.entries()) {
      const target = entities.get(field.named);
      const at = target?.findIndex(({ name }) => name === 'base') ?? -1;
      const base = target?.[at];
      const [subgraph = ''] = field.subgraphs;
      if (!target || !base || base.subgraphs.includes(subgraph) || field.override || !random.chance(0.3)) continue;
      fields[index] = { ...field, provides: 'base' };
      target[at] = { ...base, providers: [...(base.providers ?? []), subgraph] };
    }
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
