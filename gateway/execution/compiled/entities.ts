import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { Data } from '../data.ts';
import { applyRewrites } from '../rewrites.ts';
import { compileRepresentation, type Representation } from './representations.ts';

/** Objects that a subgraph is told the same of. */
export interface Entity {
  readonly first: Data;
  others: Data[] | undefined;
}

/** The entities of a fetch, in the order in which their representations stand in the text, a list of JSON. */
export interface Entities {
  readonly entities: readonly Entity[];
  readonly text: string;
}

/** Compiles what finds the entities among a fetch's targets. Targets that cannot be represented are left out. */
export function compileEntities(
  schema: GraphQLSchema,
  { requires, inputRewrites }: FetchNode,
): (targets: readonly Data[]) => Entities {
  const represent = compileRepresentation(schema, requires ?? []);
  /** In the subgraph's own words. */
  const inItsWords = (text: string) => {
    const representation = JSON.parse(text) as Data;
    applyRewrites(schema, inputRewrites, representation);
    return JSON.stringify(representation);
  };
  return (targets) => {
    const entities: Entity[] = [];
    const byText = new Map<string, Entity>();
    let text = '';
    // Of the type that came last: most lists hold objects of one type.
    let byKey = new Map<unknown, Entity>();
    let byType: Map<Representation, typeof byKey> | undefined;
    let last: Representation | undefined;
    for (let index = 0; index < targets.length; index++) {
      const target = targets[index] as Data;
      const representation = represent(target);
      if (!representation) continue;
      let key: unknown;
      if (representation.key) {
        if (last !== representation) {
          if (last) {
            byType ??= new Map([[last, byKey]]);
            byKey = byType.get(representation) ?? new Map();
            byType.set(representation, byKey);
          }
          last = representation;
        }
        key = representation.key(target);
        const entity = byKey.get(key);
        if (entity && representation.hasSame(entity.first, target)) {
          add(entity, target);
          continue;
        }
      }
      const written = representation.write(target);
      if (written === undefined) continue;
      const own = inputRewrites?.length ? inItsWords(written) : written;
      let entity = byText.get(own);
      if (entity) add(entity, target);
      else {
        entity = { first: target, others: undefined };
        byText.set(own, entity);
        entities.push(entity);
        text += text ? `,${own}` : own;
      }
      // Custom scalars may be objects, whose texts may change while they stay the same.
      if (representation.key && typeof key !== 'object') byKey.set(key, entity);
    }
    return { entities, text: `[${text}]` };
  };
}

function add(entity: Entity, target: Data): void {
  if (entity.others) entity.others.push(target);
  else entity.others = [target];
}
