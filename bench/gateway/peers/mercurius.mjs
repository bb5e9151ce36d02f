import gateway from '@mercuriusjs/gateway';
import fastify from 'fastify';

// Mercurius's gateway, Federation 1, with its JIT: `mercurius.mjs <base of the subgraphs> <name> …`. Prints its port.
const [base, ...names] = process.argv.slice(2);
const app = fastify();
app.register(gateway.default ?? gateway, {
  gateway: { services: names.map((name) => ({ name, url: `${base}/${name}` })) },
  jit: 1,
});
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(app.server.address().port);
