/** What a viewer must have. Scopes and policies: each inner list must be had whole, any one of them is enough; empty means none needed. */
export interface Requirement {
  readonly authenticated: boolean;
  readonly scopes: readonly (readonly string[])[];
  readonly policies: readonly (readonly string[])[];
}

export const OPEN: Requirement = { authenticated: false, scopes: [], policies: [] };

export const isOpen = (requirement: Requirement) =>
  !requirement.authenticated && !requirement.scopes.length && !requirement.policies.length;

/** The requirement that holds when all of them hold. */
export function allOf(requirements: Iterable<Requirement | undefined>): Requirement {
  let result = OPEN;
  for (const requirement of requirements) {
    if (!requirement || requirement === result) continue;
    result = {
      authenticated: result.authenticated || requirement.authenticated,
      scopes: conjunction(result.scopes, requirement.scopes),
      policies: conjunction(result.policies, requirement.policies),
    };
  }
  return result;
}

type Alternatives = readonly (readonly string[])[];

/** "(a or b) and (c or d)" as "(a and c) or (a and d) or …", without alternatives that ask for more than another one does. */
function conjunction(left: Alternatives, right: Alternatives): Alternatives {
  if (!left.length) return right;
  if (!right.length) return left;
  const products = left.flatMap((a) => right.map((b) => new Set([...a, ...b])));
  const minimal = products.filter(
    (product, index) =>
      !products.some(
        (other, at) =>
          at !== index &&
          other.size <= product.size &&
          (other.size < product.size || at < index) &&
          [...other].every((name) => product.has(name)),
      ),
  );
  return minimal.map((names) => [...names].sort());
}
