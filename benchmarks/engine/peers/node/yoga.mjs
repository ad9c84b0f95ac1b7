// graphql-yoga with its Redis event target, over graphql-ws: as its own page on subscriptions puts them together.
import { createServer } from "node:http";

import { createRedisEventTarget } from "@graphql-yoga/redis-event-target";
import { useServer } from "graphql-ws/use/ws";
import { createPubSub, createSchema, createYoga } from "graphql-yoga";
import { WebSocketServer } from "ws";

import { connected } from "./redis.mjs";
import { resolvers, typeDefs } from "./schema.mjs";

const pubSub = createPubSub({
  eventTarget: createRedisEventTarget({ publishClient: await connected(), subscribeClient: await connected() }),
});
const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers: resolvers((channel) => pubSub.subscribe(channel)) }),
  graphiql: false,
  logging: false,
});

const httpServer = createServer(yoga);
const wsServer = new WebSocketServer({ server: httpServer, path: yoga.graphqlEndpoint });

useServer(
  {
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    onSubscribe: async (ctx, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...ctx,
        req: ctx.extra.request,
        socket: ctx.extra.socket,
        params,
      });
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
      const errors = validate(args.schema, args.document);
      return errors.length ? errors : args;
    },
  },
  wsServer,
);

httpServer.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
