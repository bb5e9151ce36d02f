import { chat } from './chat/index.ts';
import { goals } from './goals/index.ts';
import { integrations } from './integrations/index.ts';
import { research } from './research/index.ts';
import type { SubgraphName } from './shared/config.ts';
import type { SubgraphDefinition } from './shared/subgraph.ts';
import { users } from './users/index.ts';

/** The list of subgraphs, in one place. */
export const subgraphs: Record<SubgraphName, SubgraphDefinition> = { users, goals, chat, research, integrations };
