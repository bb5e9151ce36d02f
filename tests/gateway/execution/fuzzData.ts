import type { Fixture } from './federation.ts';
import { type Field, fieldsOf, type Graph, hash, randomOf } from './fuzzGraph.ts';
import { sdlOf } from './fuzzSchema.ts';

// The data of a random graph, the same in its subgraphs and in the one schema.

/** An object of the graph. Its id tells its type. */
export interface Thing {
  readonly __typename?: string;
  readonly id?: string;
  readonly code?: string;
  /** Whose kid it is: the object that sets its context. */
  readonly holder?: string;
}

type Arguments = Readonly<Record<string, unknown>>;

const typeOf = (id: string) => id.replace(/_.*/, '');

/** A subgraph may know an object by its code alone. */
const idOf = ({ id, code }: Thing) => id ?? code?.replace('code of ', '');

/** Which object it is, for `thingOf`. */
export const selfOf = (thing: Thing) => (thing.holder ? `${thing.id}~${thing.holder}` : (idOf(thing) ?? null));

export function thingOf(self: string | null): Thing {
  const [id, holder] = self?.split('~') ?? [];
  return { id, holder };
}

/** The value of a field of an object: always the same for the same graph, object, field and arguments. */
export function resolve(graph: Graph, parent: Thing, field: Field, given: Arguments): unknown {
  const id = idOf(parent);
  if (field.requires) return derived(graph, parent, field.requires);
  if (field.fromContext) return told(graph, parent, field.fromContext, given);
  if (field.name === 'code') return `code of ${id}`;
  const names = [...graph.entities.keys()];
  const thing = (name: string, random: ReturnType<typeof randomOf>): Thing => {
    const id = `${name}_${random.below(3)}`;
    const more = name === 'Kid' ? { holder: parent.id } : { code: `code of ${id}` };
    return { __typename: name, id, ...more };
  };
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
        return thing(random.pick(names), random);
      case 'Media':
        return thing(random.pick(graph.media), random);
      case 'Value':
        return { __typename: 'Value', id: `Value_${hash(place)}` };
      default:
        return thing(type, random);
    }
  };
  return make(field.type, `${graph.seed}/${id ?? 'root'}.${field.name}(${field.takes ? JSON.stringify(given) : ''})`);
}

/** In a subgraph the parent is the representation, with what is required; in the one schema it is looked up. */
function derived(graph: Graph, parent: Thing, requires: string): unknown {
  const [, name = '', argument] = /^(\w+)(?:\(x: (\d)\))?$/.exec(requires) ?? [];
  const read = graph.entities.get(typeOf(parent.id ?? parent.code?.replace('code of ', '') ?? ''));
  const field = read?.find((candidate) => candidate.name === name);
  if (!field) throw new Error(`No ${name}`);
  const told = Object.hasOwn(parent, name)
    ? parent[name as 'id']
    : resolve(graph, parent, field, argument ? { x: Number(argument) } : {});
  return told === null ? -1 : Number(told) + 100;
}

/** A subgraph is told by the gateway; in the one schema the holder is asked. */
function told(graph: Graph, { id, holder }: Thing, name: string, { c }: Arguments): unknown {
  const field = graph.holder.find((candidate) => candidate.name === name)!;
  const amount = c === undefined && holder ? resolve(graph, { id: holder }, field, {}) : c;
  return typeof amount === 'number' ? amount * 100 + (hash(id ?? '') % 100) : null;
}

/** @param onMutation is told of each field of a mutation that runs. */
export function fixtures(graph: Graph, onMutation: (field: string) => void): Record<string, Fixture> {
  return Object.fromEntries(
    graph.subgraphs.map((subgraph) => {
      const resolvers: Record<string, Record<string, unknown>> = {};
      for (const [type, fields] of fieldsOf(graph)) {
        const own = fields.filter((field) => [...field.subgraphs, ...(field.providers ?? [])].includes(subgraph));
        const moved = fields.filter(({ override }) => override?.other === subgraph);
        const resolver = (field: Field) => (parent: Thing | undefined, given: Arguments) => {
          if (type === 'Mutation') onMutation(callOf(field, given));
          // A kid's holder is known to the one schema alone.
          const { holder: _, ...known } = parent ?? {};
          return resolve(graph, type === 'Kid' ? known : (parent ?? {}), field, given);
        };
        const of = Object.fromEntries([
          ...own.map((field) => [field.name, resolver(field)]),
          ...moved.map(({ name }) => [name, () => new Error('Asked of the subgraph that does not have it.')]),
          ...(graph.coded.get(type)?.by === subgraph ? [['id', idOf]] : []),
        ]);
        if (Object.keys(of).length) resolvers[type] = of;
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

/** A field of a mutation with what it was given. */
export const callOf = ({ name }: Field, given: Arguments) => `${name}(${JSON.stringify(given)})`;
