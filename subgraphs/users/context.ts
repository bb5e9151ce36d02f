import DataLoader from 'dataloader';
import type { AiConsent, ApiKey, DataExport, Device, Session, User } from '../../prisma/generated/client.ts';
import type { Context as BaseContext, UserContext as BaseUserContext } from '../shared/context.ts';
import { live } from './sessions.ts';

export interface Loaders {
  /** Only the viewer's own. */
  user: DataLoader<string, User | null>;
  /** Only sessions that have not ended. */
  session: DataLoader<string, Session | null>;
  device: DataLoader<string, Device | null>;
  apiKey: DataLoader<string, ApiKey | null>;
  consent: DataLoader<string, AiConsent | null>;
  dataExport: DataLoader<string, Omit<DataExport, 'content'> | null>;
}

export type Context = BaseContext<Loaders>;
export type UserContext = BaseUserContext<Loaders>;

/** An entity of which only the id is known. */
export interface Reference {
  id: string;
}

/** One request's loaders. Every query has the viewer's id in it: a foreign id finds nothing. */
export function createLoaders(ctx: BaseContext<Loaders>): Loaders {
  const userId = ctx.viewer?.userId ?? '';
  type Find<Row> = (where: { userId: string; id: { in: string[] } }) => Promise<Row[]>;
  const byId = <Row extends { id: string }>(find: Find<Row>) =>
    new DataLoader<string, Row | null>(async (ids) => {
      const rows = await find({ userId, id: { in: [...ids] } });
      const found = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => found.get(id) ?? null);
    });
  return {
    user: byId<User>(({ id }) => {
      const own = id.in.filter((one) => one === userId);
      return own.length > 0 ? ctx.db.user.findMany({ where: { id: { in: own } } }) : Promise.resolve([]);
    }),
    session: byId<Session>((where) => ctx.db.session.findMany({ where: { ...where, ...live(ctx.now()) } })),
    device: byId<Device>((where) => ctx.db.device.findMany({ where })),
    apiKey: byId<ApiKey>((where) => ctx.db.apiKey.findMany({ where })),
    consent: byId<AiConsent>((where) => ctx.db.aiConsent.findMany({ where })),
    dataExport: byId<Omit<DataExport, 'content'>>((where) =>
      ctx.db.dataExport.findMany({ where, omit: { content: true } }),
    ),
  };
}
