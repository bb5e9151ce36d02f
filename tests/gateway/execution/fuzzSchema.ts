import type { Field, Graph } from './fuzzGraph.ts';

// The schemas of a random graph.

const ARGUMENTS = {
  one: '(x: Int = 1)',
  many: '(x: Int = 1, in: In, level: Level! = LOW, ids: [ID!] = ["i"], json: Json)',
};

const LEAF_TYPES = `enum Level { LOW HIGH }  scalar Json
  input In { n: Int = 3  level: Level = LOW  list: [Int]  inner: In  id: ID }`;

/** The SDL of one subgraph, or of all as one schema. */
export const sdlOf = (graph: Graph, subgraph?: string): string =>
  subgraph === undefined ? wholeSdl(graph) : subgraphSdl(graph, subgraph);

/** By its own object the oracle knows where a part of an answer belongs. */
const SELF = 'self_: String';

function wholeSdl(graph: Graph): string {
  const lines = (fields: readonly Field[]) =>
    fields.map(({ name, type, takes }) => `${name}${takes ? ARGUMENTS[takes] : ''}: ${type}`).join('\n');
  const { entities, media, mediaFields, mutations, holder, kid } = graph;
  return [
    LEAF_TYPES,
    `type Query { ${SELF} ${lines(graph.root)} }`,
    mutations.length ? `type Mutation { ${SELF} ${lines(mutations)} }` : '',
    media.length ? `interface Media { ${SELF} id: ID! ${lines(mediaFields)} }` : '',
    `interface Node { ${SELF} id: ID! }  union Any = ${[...entities.keys()].join(' | ')}`,
    `type Value { ${SELF} ${lines(graph.value)} }`,
    holder.length ? `type Holder { ${SELF} id: ID! ${lines(holder)} }  type Kid { ${SELF} id: ID! ${lines(kid)} }` : '',
    ...[...entities].map(([name, fields]) => {
      const isMedia = media.includes(name);
      return `type ${name} implements Node ${isMedia ? '& Media' : ''} {
        ${SELF} id: ID! ${isMedia ? lines(mediaFields) : ''} ${lines(fields)} }`;
    }),
  ].join('\n');
}

function subgraphSdl(graph: Graph, subgraph: string): string {
  const own = (fields: readonly Field[]) => fields.filter((field) => isIn(field, subgraph));
  const lines = (fields: readonly Field[]) =>
    own(fields)
      .map((field) => lineOf(field, subgraph))
      .join('\n');
  const parts = [LEAF_TYPES];
  for (const [name, fields] of [
    ['Query', graph.root],
    ['Mutation', graph.mutations],
  ] as const)
    if (own(fields).length) parts.push(`type ${name} { ${lines(fields)} }`);
  if (subgraph === 'm') {
    parts.push(`type Media @key(fields: "id") @interfaceObject { id: ID! ${lines(graph.mediaFields)} }`);
    return parts.join('\n');
  }
  const isMedia = graph.media.length > 0 && subgraph === 'a';
  if (isMedia) parts.push('interface Media @key(fields: "id") { id: ID! }');
  parts.push(`interface Node { id: ID! }  union Any = ${[...graph.entities.keys()].join(' | ')}`);
  if (own(graph.value).length) parts.push(`type Value { ${lines(graph.value)} }`);
  parts.push(contextSdl(graph, subgraph));
  for (const [name, fields] of graph.entities) {
    const keys = keysOf(graph, name, subgraph);
    const isKnownById = keys.includes('id');
    parts.push(`type ${name} implements Node ${isMedia && graph.media.includes(name) ? '& Media' : ''}
      ${keys.map((key) => `@key(fields: "${key}")`).join(' ')} {
      id: ID! ${isKnownById ? '' : '@shareable'}
      ${lines(fields)}
      ${externalsOf(fields, subgraph)
        .map((field) => `${headOf(field)}: ${field.type} @external`)
        .join('\n')}
    }`);
  }
  return parts.join('\n');
}

/** `Holder` sets the context in one subgraph, whose `Kid` reads it; another subgraph knows both. */
function contextSdl({ holder, kid }: Graph, subgraph: string): string {
  const [amount, kids] = holder;
  if (!amount || !kids || !kid.some((field) => isIn(field, subgraph))) return '';
  const isHome = isIn(kids, subgraph);
  const lines = (fields: readonly Field[]) =>
    fields
      .filter((field) => isIn(field, subgraph))
      .map((field) => lineOf(field, subgraph))
      .join('\n');
  return `
    type Holder @key(fields: "id") ${isHome ? '@context(name: "held")' : ''} {
      id: ID!
      ${isHome && !isIn(amount, subgraph) ? `${amount.name}: ${amount.type} @external` : ''}
      ${lines(holder)}
    }
    type Kid @key(fields: "id") { id: ID! ${lines(kid)} }`;
}

const isIn = ({ subgraphs, override }: Field, subgraph: string) =>
  subgraphs.includes(subgraph) || override?.other === subgraph;

/** The fields of an entity that a subgraph is told, or gives at some places only. */
function externalsOf(fields: readonly Field[], subgraph: string): Field[] {
  const required = fields.filter((field) => isIn(field, subgraph)).map(({ requires }) => requires?.replace(/\(.*/, ''));
  return fields.filter(
    (field) => !isIn(field, subgraph) && (required.includes(field.name) || field.providers?.includes(subgraph)),
  );
}

function keysOf({ coded }: Graph, name: string, subgraph: string): string[] {
  const code = coded.get(name);
  if (code?.by === subgraph) return ['code'];
  return code?.from === subgraph ? ['id', 'code'] : ['id'];
}

const headOf = ({ name, takes, fromContext }: Field) => {
  if (fromContext) return `${name}(c: Int @fromContext(field: "$held { ${fromContext} }"))`;
  return `${name}${takes ? ARGUMENTS[takes] : ''}`;
};

function lineOf(field: Field, subgraph: string): string {
  const { type, strictIn, requires, subgraphs, provides, providers, override } = field;
  const isShared = (subgraphs.length > 1 && field.name !== 'code') || providers;
  // Whether it is the new one of the two subgraphs that have the field: a label of 0 percent has moved nothing yet.
  const isNew = override && (override.label === 'percent(0)') === (override.other === subgraph);
  const from = override?.other === subgraph ? subgraphs[0] : override?.other;
  const label = override?.label ? `, label: "${override.label}"` : '';
  return [
    `${headOf(field)}: ${type}${strictIn === subgraph ? '!' : ''}`,
    requires ? `@requires(fields: "${requires}")` : '',
    provides ? `@provides(fields: "${provides}")` : '',
    isShared ? '@shareable' : '',
    isNew ? `@override(from: "${from}"${label})` : '',
  ].join(' ');
}
