import {
  type GraphQLOutputType,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { stripSecurityDirectives } from '../../gateway/planning/authorization.ts';
import { createPlanner } from '../../gateway/planning/planner.ts';
import { supergraphSdl } from './supergraph.ts';

/** What clients see of the schema as the files say it now. */
export const { apiSchema } = createPlanner(stripSecurityDirectives(supergraphSdl).supergraphSdl);

/** Selects every field that needs no argument, `depth` objects deep. */
export function everything(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (isInterfaceType(named)) return '{ __typename id }';
  if (isUnionType(named)) {
    // Aliased, because fields of one name may have different types in different members.
    const members = named.getTypes().map((member) => {
      const fields = Object.values(member.getFields()).filter(
        (field) => depth > 1 || isLeafType(getNamedType(field.type)),
      );
      const aliased = fields.map(
        (field) => `${member.name}_${field.name}: ${field.name} ${everything(field.type, depth - 2)}`,
      );
      return `... on ${member.name} { ${aliased.join(' ')} }`;
    });
    return `{ __typename ${members.join(' ')} }`;
  }
  if (!isObjectType(named)) throw new Error(`${String(named)} is no output type.`);
  const fields = Object.values(named.getFields()).filter(
    (field) =>
      !field.args.some((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined) &&
      (depth > 0 || isLeafType(getNamedType(field.type))),
  );
  return `{ __typename ${fields.map((field) => `${field.name} ${everything(field.type, depth - 1)}`).join(' ')} }`;
}
