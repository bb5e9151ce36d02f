/** Names that the planner gives variables of its own, and what becomes of a client's variables that are called so. */
const TAKEN = /^(client_)*(representations$|contextualArgument_)/;
const RENAMED = /^client_(client_)*(representations$|contextualArgument_)/;

/** The name under which the planner knows a client's variable: another one where the planner would use the same. */
export const plannedName = (name: string) => (TAKEN.test(name) ? `client_${name}` : name);

/** The client's name of a planned variable. */
export const clientName = (name: string) => (RENAMED.test(name) ? name.slice('client_'.length) : name);
