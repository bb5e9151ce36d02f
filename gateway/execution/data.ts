import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/** An object of the merged answer. Made without a prototype: a field or alias may be called `__proto__` or `constructor`. */
export type Data = Record<string, unknown>;

export const newData = (): Data => Object.create(null) as Data;

export const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object's own value under the key; `undefined` where a subgraph has not answered it. */
export const own = (data: Data, key: string): unknown => (Object.hasOwn(data, key) ? data[key] : undefined);

/** Sets the object's own value under the key, whether or not it was made without a prototype. */
function put(data: Data, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(data, key, { value, enumerable: true, configurable: true, writable: true });
  else data[key] = value;
}

/** Whether the object is of the type or of one that belongs to it. An object of unknown type is taken to be. */
export function isOfType(schema: GraphQLSchema, data: Data, typeName: string): boolean {
  const name = own(data, '__typename');
  if (typeof name !== 'string' || name === typeName) return true;
  const type = schema.getType(name);
  const wanted = schema.getType(typeName);
  return isAbstractType(wanted) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(wanted, type);
}

/**
 * Copies what a subgraph answered into what is there already. Null never replaces a value: one subgraph's failure must not take away what
 * another one gave. Objects are copied, because one answer may be merged into several places that go on separately.
 */
export function merge(schema: GraphQLSchema, target: Data, source: Data): void {
  for (const key of Object.keys(source)) {
    if (source[key] === undefined) continue;
    if (key === '__typename' && isLessExact(schema, own(target, key), source[key])) continue;
    put(target, key, merged(schema, own(target, key), source[key]));
  }
}

function merged(schema: GraphQLSchema, target: unknown, source: unknown): unknown {
  if (source === null || source === undefined) return target === undefined ? null : target;
  if (Array.isArray(source)) {
    const into = Array.isArray(target) && target.length === source.length ? target : undefined;
    return source.map((item, index) => merged(schema, into?.[index], item));
  }
  if (typeof source === 'object') {
    const into = isData(target) ? target : newData();
    merge(schema, into, source as Data);
    return into;
  }
  return source;
}

/** A subgraph with an interface object knows the interface's name only; what another one told is exact. */
const isLessExact = (schema: GraphQLSchema, present: unknown, incoming: unknown) =>
  typeof present === 'string' &&
  typeof incoming === 'string' &&
  isObjectType(schema.getType(present)) &&
  !isObjectType(schema.getType(incoming));
