import { type Field, fieldsOf, type Graph, LEAVES, type Random } from './fuzzGraph.ts';

// Random operations: queries and mutations; aliases, of `__typename` too, and names that objects have anyway; fragments, inline and named,
// nested and spread more than once, on objects, interfaces and unions, also ones that cannot match; `@skip` and `@include` with values and
// variables, `@defer` with labels and conditions; arguments as literals and variables, also inside of input objects and lists, null, missing
// or with defaults.

/**
 * A random operation on a graph, nearly always a valid one.
 * @param hasClashes whether aliases may be called as the key is that subgraphs are asked by; then more are not valid
 */
export function operationOf(graph: Graph, random: Random, hasClashes: boolean): string {
  const fragments = new Map<string, { readonly type: string; readonly text: string }>();
  const types = fieldsOf(graph);
  const all = [...types.values()].flat();
  const condition = () => {
    const value = random.pick(['true', 'false', '$yes', '$no']);
    return random.chance(0.15) ? ` @${random.pick(['skip', 'include'])}(if: ${value})` : '';
  };
  let labels = 0;
  const mayDefer = random.chance(0.6);
  const defer = () => {
    if (!mayDefer || random.chance(0.4)) return '';
    const label = random.chance(0.7) ? `label: "l${labels++}"` : '';
    const holds = random.pick(['', '', '', '', 'if: true', 'if: false', 'if: $yes', 'if: $no']);
    return ` @defer${label || holds ? `(${[label, holds].filter(Boolean).join(' ')})` : ''}`;
  };
  const fieldText = (field: Field, depth: number): string => {
    // One response name must always mean one thing, as validation wants: the alias tells arguments and type where they may differ.
    const choices = field.takes ? GIVEN[field.takes] : [''];
    const given = random.pick(choices);
    const tag = given && `_${field.takes}${choices.indexOf(given)}`;
    const same = all.filter(({ name }) => name === field.name);
    const differs = same.some(({ type, takes }) => type !== field.type || takes !== field.takes);
    const code = field.type.replace(/[[\]!]/g, (sign) => ({ '[': 'l', '!': 'n' })[sign] ?? '');
    const again = random.pick(['', '', '_again', '__proto__', 'constructor']);
    const name =
      again === 'constructor' ? `constructor_${code}_${field.name}${tag}` : `${field.name}${tag}_${code}${again}`;
    const alias = tag || differs || random.chance(0.2) ? `${name}: ` : '';
    const inner = LEAVES.includes(field.named) ? '' : ` { ${selection(field.named, depth - 1)} }`;
    if (hasClashes && random.chance(0.12)) return `id: ${field.name}${given}${condition()}${inner}`;
    return `${alias}${field.name}${given}${condition()}${inner}`;
  };
  const fieldsIn = (fields: readonly Field[], depth: number) =>
    fields
      .filter(({ named }) => (LEAVES.includes(named) ? random.chance(0.35) : depth > 0 && random.chance(0.25)))
      .map((field) => fieldText(field, depth));

  const spread = (type: string, depth: number): string => {
    const known = [...fragments].filter(([, fragment]) => fragment.type === type);
    let name = known.length && random.chance(0.3) ? random.pick(known)[0] : undefined;
    if (!name) {
      const text = selection(type, depth - 1);
      name = `F${fragments.size}`;
      fragments.set(name, { type, text });
    }
    return `...${name}${condition()}${defer()}`;
  };

  const selection = (type: string, depth: number): string => {
    const parts: string[] = [];
    if (random.chance(0.3))
      parts.push(random.pick(['__typename', `kind: __typename${condition()}`, 'constructor: __typename']));
    const fields = graph.entities.get(type);
    if (type === 'Value') {
      parts.push(...fieldsIn(graph.value, 1));
    } else if (fields || type === 'Holder' || type === 'Kid') {
      const own = fields ?? types.get(type) ?? [];
      if (random.chance(0.3)) parts.push(`${hasClashes ? 'i: ' : ''}id${condition()}`);
      parts.push(...fieldsIn(graph.media.includes(type) ? [...own, ...graph.mediaFields] : own, depth));
      if (depth > 0 && random.chance(0.25)) parts.push(spread(type, depth));
      if (random.chance(0.15)) parts.push(`... ${condition()}${defer()} { ${selection(type, depth - 1)} }`);
      if (fields && random.chance(0.15)) parts.push(`... on Node${condition()}${defer()} { id }`);
      if (fields && depth > 0 && random.chance(0.08))
        parts.push(`... on ${random.pick(['Any', 'Node'])}${condition()}${defer()} { ${selection('Any', depth - 1)} }`);
    } else {
      if (type !== 'Any' && random.chance(0.5)) parts.push(`${hasClashes ? 'i: ' : ''}id${condition()}`);
      if (type === 'Media') parts.push(...fieldsIn(graph.mediaFields, depth));
      else if (graph.media.length && random.chance(0.3))
        parts.push(`... on Media${condition()}${defer()} { ${selection('Media', depth)} }`);
      for (const name of type === 'Media' ? graph.media : graph.entities.keys())
        if (random.chance(0.6)) parts.push(`... on ${name}${condition()}${defer()} { ${selection(name, depth)} }`);
      if (depth > 0 && random.chance(0.15)) parts.push(spread(type, depth));
    }
    return parts.length ? parts.join(' ') : '__typename';
  };
  // Most are small: what goes wrong shows in few fields, and planning takes most of the time.
  const depth = random.pick([1, 2, 2, 2, 3]);
  const isMutation = graph.mutations.length > 0 && random.chance(0.25);
  const root = isMutation ? graph.mutations : graph.root;
  const some = isMutation ? [0, 1, 2, 3].map(() => random.pick(root)) : root.filter(() => random.chance(0.3));
  const body = (some.length ? some : [random.pick(root)]).map((field) => fieldText(field, depth)).join(' ');
  const isLater = mayDefer && !isMutation && random.chance(0.3);
  const later = isLater ? `...${defer()} { ${fieldText(random.pick(root), depth)} }` : '';
  const definitions = [...fragments].map(([name, { type, text }]) => `fragment ${name} on ${type} { ${text} }`);
  const text = `{ ${body} ${later} __typename @skip(if: $no) q: __typename @include(if: $yes) } ${definitions.join(' ')}`;
  const variables = Object.entries(VARIABLES).filter(([name]) => new RegExp(`\\$${name}\\b`).test(text));
  const declared = variables.map(([name, type]) => `$${name}: ${type}`).join(', ');
  return `${isMutation ? 'mutation' : 'query'}(${declared}) ${text}`;
}

/** What an operation's variables are given, where they are. */
export function variablesOf(random: Random): Record<string, unknown> {
  const values: Record<string, readonly unknown[]> = {
    x: [2, 3, null],
    yes: [true, false],
    in: [null, {}, { n: null, list: [1, null] }, { level: 'HIGH', inner: { inner: { list: 4 } }, id: 4 }],
    level: ['LOW', 'HIGH', null],
    json: [null, 'text', { b: [1, { c: null }] }, [[]]],
    ids: [[], ['1', 2], 'one'],
  };
  if (random.chance(0.4)) return {};
  const given = Object.entries(values).filter(() => random.chance(0.6));
  return Object.fromEntries(given.map(([name, choices]) => [name, random.pick(choices)]));
}

const VARIABLES = {
  x: 'Int',
  in: 'In = { n: 7, inner: { list: [2] } }',
  level: 'Level = HIGH',
  json: 'Json',
  ids: '[ID!]! = ["d"]',
  yes: 'Boolean! = true',
  no: 'Boolean = false',
};

const GIVEN = {
  one: ['', '(x: 2)', '(x: $x)', '(x: null)'],
  many: [
    '',
    '(x: $x, level: $level)',
    '(in: { n: 2, list: [1, null], inner: { level: HIGH } })',
    '(in: $in)',
    '(in: { n: $x, list: [$x, 3], inner: $in, level: $level })',
    '(level: HIGH, json: { a: [1, { b: "x" }], c: null })',
    '(json: $json, ids: $ids)',
    '(json: { a: $json, b: [$x] }, ids: "one")',
    '(in: null, ids: null)',
  ],
};
