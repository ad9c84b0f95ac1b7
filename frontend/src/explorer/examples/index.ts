// The tabs that a first visitor finds: a tour of the API, to be walked from left to right.
import enterRoom from './enter-room.graphql?raw'
import register from './register.graphql?raw'
import resume from './resume.graphql?raw'
import sendMessage from './send-message.graphql?raw'
import subscribe from './subscribe.graphql?raw'

const room = 'paste the room id here'

// The first tab has no variables: GraphiQL fills that pane only when a tab is entered from another.
export const examples = [
  { query: register },
  { query: enterRoom, variables: json({ input: { address: 'samovar' } }) },
  {
    query: sendMessage,
    variables: json({ input: { room, body: 'Salom! سلام! Привет! გამარჯობა!', key: 'message-1' } }),
  },
  { query: subscribe, variables: json({ room }) },
  { query: resume, variables: json({ room, after: 'paste a cursor here' }) },
]

function json(value: unknown): string {
  return JSON.stringify(value, null, 2)
}
