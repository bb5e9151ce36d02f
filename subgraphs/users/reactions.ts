import type { Reactions } from '../shared/reactions.ts';
import { dropPushToken } from './devices.ts';

/** What happens here on events of other domains. */
export const reactions: Reactions = {
  'push.rejected': ({ subjectId, data }, ctx) => dropPushToken(ctx, subjectId, data),
};
