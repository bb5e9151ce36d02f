import { type Field, type Graph, LEAVES, type Random } from './fuzzGraph.ts';

/** A random operation on a graph, nearly always a valid one. */
export function operationOf(graph: Graph, random: Random): string {
  const fragments: string[] = [];
  const all = [...graph.entities.values(), graph.mediaFields, graph.value].flat();
  const condition = () => {
    const value = random.pick(['true', 'false', '$yes', '$no']);
    return random.chance(0.15) ? ` @${random.pick(['skip', 'include'])}(if: ${value})` : '';
  };
  let labels = 0;
  const mayDefer = random.chance(0.5);
  const defer = () => {
    if (!mayDefer || random.chance(0.6)) return '';
    const label = random.chance(0.7) ? `label: "l${labels++}"` : '';
    const holds = random.pick(['', '', '', 'if: true', 'if: false', 'if: $yes', 'if: $no']);
    return ` @defer${label || holds ? `(${[label, holds].filter(Boolean).join(' ')})` : ''}`;
  };
  const fieldText = (field: Field, depth: number): string => {
    // One response name must always mean one thing, as validation wants: the alias tells argument and type where they may differ.
    const x = field.argument ? random.pick(['', '(x: 2)', '(x: $x)']) : '';
    const tag = x === '' ? '' : x === '(x: 2)' ? '_2' : '_x';
    const same = all.filter(({ name }) => name === field.name);
    const differs = same.some(({ type, argument }) => type !== field.type || argument !== field.argument);
    const code = field.type.replace(/[[\]!]/g, (sign) => ({ '[': 'l', '!': 'n' })[sign] ?? '');
    const again = random.pick(['', '', '_again', '__proto__', 'constructor']);
    const name =
      again.includes('o') && !again.startsWith('_') ? `${again}_${code}` : `${field.name}${tag}_${code}${again}`;
    const alias =
      tag || differs || random.chance(0.2) ? `${name}${again === 'constructor' ? `_${field.name}${tag}` : ''}: ` : '';
    const isLeaf = LEAVES.includes(field.named);
    return `${alias}${field.name}${x}${condition()}${isLeaf ? '' : ` { ${selection(field.named, depth - 1)} }`}`;
  };
  const fieldsIn = (fields: readonly Field[], depth: number) =>
    fields
      .filter(({ named }) => (LEAVES.includes(named) ? random.chance(0.35) : depth > 0 && random.chance(0.25)))
      .map((field) => fieldText(field, depth));

  const selection = (type: string, depth: number): string => {
    const parts: string[] = [];
    if (random.chance(0.3))
      parts.push(random.pick(['__typename', `kind: __typename${condition()}`, `constructor: __typename`]));
    if (type === 'Value') {
      parts.push(...fieldsIn(graph.value, 1));
    } else if (!graph.entities.has(type)) {
      if (type !== 'Any' && random.chance(0.5)) parts.push(`id${condition()}`);
      if (type === 'Media') parts.push(...fieldsIn(graph.mediaFields, depth));
      else if (graph.media.length && random.chance(0.3))
        parts.push(`... on Media${condition()}${defer()} { ${selection('Media', depth)} }`);
      for (const name of type === 'Media' ? graph.media : graph.entities.keys())
        if (random.chance(0.6)) parts.push(`... on ${name}${condition()}${defer()} { ${selection(name, depth)} }`);
    } else {
      const fields = graph.entities.get(type)!;
      if (random.chance(0.3)) parts.push(`id${condition()}`);
      parts.push(...fieldsIn(graph.media.includes(type) ? [...fields, ...graph.mediaFields] : fields, depth));
      if (depth > 0 && random.chance(0.25)) {
        const name = `F${fragments.length}`;
        fragments.push('');
        fragments[Number(name.slice(1))] = `fragment ${name} on ${type} { ${selection(type, depth - 1)} }`;
        parts.push(`...${name}${condition()}${defer()}`);
      }
      if (random.chance(0.15)) parts.push(`... ${condition()}${defer()} { ${selection(type, depth - 1)} }`);
      if (random.chance(0.15)) parts.push(`... on Node${condition()}${defer()} { id }`);
    }
    return parts.length ? parts.join(' ') : '__typename';
  };
  // Most are small: what goes wrong shows in few fields, and planning takes most of the time.
  const depth = random.pick([1, 2, 2, 2, 3]);
  const root = graph.root.filter(() => random.chance(0.3));
  const body = (root.length ? root : [random.pick(graph.root)]).map((field) => fieldText(field, depth)).join(' ');
  const later = mayDefer && random.chance(0.3) ? `...${defer()} { ${fieldText(random.pick(graph.root), depth)} }` : '';
  const text = `{ ${body} ${later} __typename @skip(if: $no) q: __typename @include(if: $yes) } ${fragments.join(' ')}`;
  return `query(${text.includes('$x') ? '$x: Int, ' : ''}$yes: Boolean! = true, $no: Boolean = false) ${text}`;
}
