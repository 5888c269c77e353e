/** Everything that is measured. */
import { jsonFloor } from './json-floor.js'
import type { Subject } from './subject.js'
import { syncroSubject } from './syncro-subject.js'

/** What the others are compared with. */
export const floor = jsonFloor

export const subjects: readonly Subject[] = [syncroSubject, floor]

export function subjectNamed(name: string): Subject {
  const subject = subjects.find((one) => one.name === name)
  if (subject === undefined) throw new Error(`There is no subject ${JSON.stringify(name)}.`)
  return subject
}
