import { signedIn } from '../../shared/context.ts';
import type { Context } from '../context.ts';
import type { PayloadResolvers } from '../payload.ts';
import { createRule, deleteRule, updateRule } from './rules.ts';
import { cancelRun, retryRun, runRule } from './runMutations.ts';

const writing = (ctx: Context) => signedIn(ctx, 'integrations:write');

/** The mutations of the room of rules. */
export const ruleMutations: PayloadResolvers<
  | 'createAutomationRule'
  | 'updateAutomationRule'
  | 'deleteAutomationRule'
  | 'runAutomationRule'
  | 'cancelAutomationRun'
  | 'retryAutomationRun'
> = {
  createAutomationRule: async (_, { input }, ctx) => ({
    automationRule: await createRule(writing(ctx), input),
  }),
  updateAutomationRule: async (_, { input }, ctx) => ({
    automationRule: await updateRule(writing(ctx), input),
  }),
  deleteAutomationRule: async (_, { input }, ctx) => {
    await deleteRule(writing(ctx), input.id);
    return { automationRuleId: input.id };
  },
  runAutomationRule: async (_, { input }, ctx) => ({
    run: await runRule(writing(ctx), input),
  }),
  cancelAutomationRun: async (_, { input }, ctx) => ({
    run: await cancelRun(writing(ctx), input),
  }),
  retryAutomationRun: async (_, { input }, ctx) => ({
    run: await retryRun(writing(ctx), input),
  }),
};
