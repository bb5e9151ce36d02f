import type { User } from '../../prisma/generated/client.ts';
import type { Config } from '../shared/config.ts';
import type { Tx } from '../shared/db.ts';
import { newId } from '../shared/ids.ts';

/** What a new account starts with. */
export interface NewAccount {
  id?: string;
  email: string | null;
  emailVerified: boolean;
  developmentEmail?: string;
  name?: string | null;
  timeZone: string | null | undefined;
  roles: string[];
}

/** When the device did not tell. */
const defaultTimeZone = 'Europe/Berlin';

/**
 * Makes an account.
 * @returns null when another transaction made one for the same development address at the same time.
 */
export async function createAccount(tx: Tx, account: NewAccount, now: Date): Promise<User | null> {
  const [user] = await tx.user.createManyAndReturn({
    data: [
      {
        ...account,
        id: account.id ?? newId('user', now),
        timeZone: account.timeZone ?? defaultTimeZone,
        createdAt: now,
        updatedAt: now,
      },
    ],
    skipDuplicates: true,
  });
  return user ?? null;
}

/** Roles by configuration: whoever has one of ADMIN_EMAILS runs this installation, as long as it stands there. */
export function rolesOf(config: Config, verifiedEmail: string | null): string[] {
  const admins = config.ADMIN_EMAILS.map((email) => email.toLowerCase());
  return verifiedEmail && admins.includes(verifiedEmail.toLowerCase()) ? ['USER', 'ADMIN'] : ['USER'];
}
