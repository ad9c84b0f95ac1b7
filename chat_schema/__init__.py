"""The GraphQL contract, one file per noun. Rules live in the domain; resolvers are three lines."""
