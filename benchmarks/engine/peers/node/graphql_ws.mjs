// graphql-ws on ws, with graphql-redis-subscriptions: as their own pages put them together.
import { makeExecutableSchema } from "@graphql-tools/schema";
import { RedisPubSub } from "graphql-redis-subscriptions";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

import { connected } from "./redis.mjs";
import { resolvers, typeDefs } from "./schema.mjs";

const pubsub = new RedisPubSub({ publisher: await connected(), subscriber: await connected() });
const schema = makeExecutableSchema({
  typeDefs,
  resolvers: resolvers((channel) => pubsub.asyncIterator(channel)),
});

const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.env.PORT), path: "/graphql" });
useServer({ schema }, server);
server.on("listening", () => console.log("ready"));
