// The part of our schema that the benchmark asks for, with the same shapes and nullability, and where its events come from.
export const typeDefs = /* GraphQL */ `
  scalar Cursor
  scalar DateTime

  type User {
    id: ID!
    username: String!
    displayName: String!
  }

  type Message {
    id: ID!
    author: User!
    body: String!
    sentAt: DateTime!
  }

  type MessageSent {
    message: Message!
  }

  type MessageEdited {
    message: Message!
  }

  type MessageDeleted {
    messageId: ID!
  }

  union RoomEvent = MessageSent | MessageEdited | MessageDeleted

  type RoomFrame {
    cursor: Cursor!
    event: RoomEvent!
  }

  type Query {
    version: String!
  }

  type Subscription {
    roomEvents(room: ID!): RoomFrame!
  }
`;

/** `follow(channel)` is an async iterable of what is published to that Redis channel: each library brings its own. */
export const resolvers = (follow) => ({
  Query: {
    version: () => "1",
  },
  Subscription: {
    roomEvents: {
      subscribe: (_, { room }) => follow(`bench.room.${room}`),
      resolve: ({ cursor, message }) => ({ cursor, event: { __typename: "MessageSent", message } }),
    },
  },
});
