import { defineConfig } from 'prisma/config';

// Used by Prisma's own command line tools. Jarvis applies its migrations itself (prisma/migrate.ts), because Prisma's
// schema engine is a download that `npm ci` does not bring.
export default defineConfig({
  schema: 'prisma',
  migrations: { path: 'prisma/migrations' },
  ...(process.env.DATABASE_URL && { datasource: { url: process.env.DATABASE_URL } }),
});
