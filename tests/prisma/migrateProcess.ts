import { migrate } from '../../prisma/migrate.ts';

/** A process of its own that migrates the database at its first argument and prints what it applied. */
console.log(JSON.stringify(await migrate(process.argv[2]!)));
