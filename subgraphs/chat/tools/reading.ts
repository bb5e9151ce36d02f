import { type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { type Traits, together } from './catalogue.ts';

/**
 * What a document's selections mean, whether or not `@skip` and `@include` leave them out. The document must be valid: of a field
 * that the schema does not have nothing is known.
 * @throws Error for a field without traits, so that nothing unknown passes for harmless.
 */
export function traitsOf(document: DocumentNode, schema: GraphQLSchema, fields: ReadonlyMap<string, Traits>): Traits {
  const info = new TypeInfo(schema);
  const found = new Map<string, Traits>();
  visit(
    document,
    visitWithTypeInfo(info, {
      Field({ name }) {
        // `__typename`, `__schema` and `__type` tell of the schema, which everybody may read.
        if (name.value.startsWith('__') || info.getParentType()?.name.startsWith('__')) return;
        const coordinate = `${info.getParentType()?.name}.${name.value}`;
        const traits = fields.get(coordinate);
        if (!traits) throw new Error(`The catalogue of tools knows nothing of ${coordinate}.`);
        found.set(coordinate, traits);
      },
    }),
  );
  return together(found.values());
}
