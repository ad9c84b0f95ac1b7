// A connection that is ready: one on which a client subscribes before ioredis has asked whether it is would never be.
import { Redis } from "ioredis";

export const connected = async () => {
  const client = new Redis(process.env.REDIS_URL, { lazyConnect: true });
  await client.connect();
  return client;
};
