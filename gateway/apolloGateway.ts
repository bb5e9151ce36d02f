import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { type DocumentNode, Kind, parse, print, visit } from 'graphql';
import type { Engine } from './gateway.ts';

export interface SupergraphLife {
  readonly gatewayInterface: GatewayInterface;
  /** Tells Apollo Server of another supergraph. @throws Error when Apollo's gateway refuses it. */
  update(): void;
}

/** What Apollo Server runs a request with. */
type Execute = Awaited<ReturnType<GatewayInterface['load']>>['executor'];

/**
 * The gateway for `new ApolloServer({ gateway })`: Apollo's own keeps the life of the supergraph (load, update, schema callbacks), and ours
 * executes. It is loaded when an Apollo Server loads it: its package takes 40 MB, which nobody else should pay.
 */
export function createSupergraphLife(current: () => Engine, execute: Execute): SupergraphLife {
  type Callback = Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0];
  const callbacks = new Set<Callback>();
  let apollo: GatewayInterface | undefined;
  let push: ((supergraphSdl: string) => void) | undefined;

  return {
    gatewayInterface: {
      onSchemaLoadOrUpdate(callback) {
        callbacks.add(callback);
        return () => void callbacks.delete(callback);
      },
      async load(options) {
        // Otherwise it starts an exporter that reports to Apollo every hour.
        process.env.APOLLO_TELEMETRY_DISABLED ??= '1';
        const { ApolloGateway } = await import('@apollo/gateway');
        apollo = new ApolloGateway({
          supergraphSdl: async ({ update }) => {
            push = update;
            return { supergraphSdl: withoutPurposes(current().supergraphSdl) };
          },
          buildService: ({ name }) => ({
            process: () => Promise.reject(new Error(`"${name}" is asked by our own executor.`)),
          }),
          logger: silent,
        });
        apollo.onSchemaLoadOrUpdate(({ coreSupergraphSdl }) => {
          // Apollo Server validates against our schema object, by which a request finds its engine again.
          const { apiSchema } = current();
          for (const callback of callbacks) callback({ apiSchema, coreSupergraphSdl });
        });
        await apollo.load(options);
        return { executor: execute };
      },
      stop: async () => apollo?.stop(),
    },
    update: () => push?.(withoutPurposes(current().supergraphSdl)),
  };
}

/** Apollo's gateway refuses features with a purpose that it does not carry out itself (`@context`); our planner and executor do. */
function withoutPurposes(supergraphSdl: string): string {
  if (!supergraphSdl.includes('/context/')) return supergraphSdl;
  const document: DocumentNode = visit(parse(supergraphSdl, { noLocation: true }), {
    Directive: {
      enter: (node) =>
        node.name.value === 'link' &&
        node.arguments?.some(({ value }) => value.kind === Kind.STRING && value.value.includes('/context/'))
          ? { ...node, arguments: node.arguments.filter(({ name }) => name.value !== 'for') }
          : undefined,
    },
  });
  return print(document);
}

/** Its messages ("successfully loaded schema") say nothing that ours do not. Errors are thrown to us as well. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };
