// Who is in a room, of three sources: what was asked for page by page, what the log told since, and who is online.
import type { Member, Person } from '../feed/state'

export type Known = {
  /** As they were when they were asked for, in the order in which they first came. */
  readonly members: readonly Member[]
  /** By person, as the log told of them. */
  readonly told: ReadonlyMap<string, Member>
  /** Since when, by person. */
  readonly online: ReadonlyMap<string, string>
  readonly people: ReadonlyMap<string, Person>
}

export type InRoom = { readonly person: Person; readonly member: Member | undefined }

export function together({ members, told, online, people }: Known): { here: InRoom[]; others: InRoom[] } {
  const all = new Map(members.map((member) => [member.user.id, member]))
  for (const [id, member] of told) {
    if (all.has(id) || isHere(member)) all.set(id, latest(all.get(id), member))
  }
  const here = [...online.keys()].flatMap((id): InRoom[] => {
    const person = people.get(id)
    return person ? [{ person, member: all.get(id) }] : []
  })
  const others = [...all.values()]
    .filter((member) => isHere(member) && !online.has(member.user.id))
    .map((member) => ({ person: people.get(member.user.id) ?? member.user, member }))
  return { here, others }
}

function isHere({ leftAt }: Member): boolean {
  return leftAt === null
}

/** Who was asked for after they came back is not taken away by what was told of their leaving. */
function latest(asked: Member | undefined, told: Member): Member {
  return asked && asked.joinedAt > told.joinedAt ? asked : told
}
