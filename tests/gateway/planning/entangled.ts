const leaves = Array.from({ length: 10 }, (_, index) => `f${index}`);

/** Subgraphs that share most of their fields: the planner has several ways to each, and as many from each of those a level below. */
export const entangled = Object.fromEntries(
  [0, 1, 2, 3, 4].map((graph) => {
    const shared = leaves.filter((_, index) => (index + graph) % 5 < 3).map((name) => `${name}: Int @shareable`);
    return [
      `s${graph}`,
      `type Query { t: T @shareable }
      type T @key(fields: "id") @key(fields: "k") {
        id: ID! @shareable  k: ID! @shareable  n: T @shareable  own${graph}: Int  next${graph}: T  ${shared.join(' ')}
      }`,
    ];
  }),
);

const chain = (depth: number): string =>
  depth ? `{ next${depth % 5} ${chain(depth - 1)} }` : `{ ${leaves.join(' ')} }`;

/** Valid, within every limit of the planner, and the work of half a second or more. */
export const entangledOperation = `{ ${Array.from({ length: 60 }, (_, index) => `a${index}: t ${chain(14 + (index % 3))}`).join(' ')} }`;

/** Less than a kilobyte that stands for a quarter of a million fields. */
export const fragmentBomb = `{ t { ...F0 } } ${Array.from(
  { length: 18 },
  (_, index) => `fragment F${index} on T { a: n { ...F${index + 1} } b: n { ...F${index + 1} } }`,
).join(' ')} fragment F18 on T { k }`;

const links = ['g0', 'g1', 'g2', 'g3'];

/** The same with shared fields that lead on: each level multiplies the ways to what is below. */
export const manyWays = Object.fromEntries(
  Object.entries(entangled).map(([name, sdl], graph) => {
    const shared = links.filter((_, index) => (index + graph) % 5 < 3).map((link) => `${link}: T @shareable`);
    return [name, sdl.replace(/\}\s*$/, `${shared.join(' ')} }`)];
  }),
);

export const manyWaysOperation = `{ t ${links
  .concat(links)
  .map((link) => `{ ${link}`)
  .join(' ')} { ${leaves.join(' ')} own0 own1 } ${'}'.repeat(8)} }`;
