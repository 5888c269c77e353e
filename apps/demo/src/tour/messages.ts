/** What the tour and its clients say to each other, through the pipe between the processes. The to-dos themselves never go this way. */

/** A to-do as a client has it. */
export interface TodoImage {
  readonly id: string
  readonly title: string
  readonly done: boolean
}

/** How a client begins. */
export interface Part {
  readonly name: string
  /** What it keeps its data in. The file is there if a process before it had the same. */
  readonly file: string
  readonly does: 'listen' | 'dial'
  /** Where; 0 to listen at a free port. */
  readonly port: number
  /** For the tour's own test: a client that misreports its data, or that stops taking part. */
  readonly sabotage?: Sabotage
}

export type Sabotage = 'differ' | 'hang'

/** What a client is asked to do. */
export type Order =
  | { readonly do: 'create'; readonly title: string }
  | { readonly do: 'edit'; readonly id: string; readonly fields: { readonly title?: string; readonly done?: boolean } }
  | { readonly do: 'destroy'; readonly id: string }
  /** Holds up everything on the line to the server, both ways, until it is released. */
  | { readonly do: 'hold' | 'release' }
  | { readonly do: 'go-offline' | 'go-online' }
  /** Says everything it has, freshly looked up. */
  | { readonly do: 'recite' }
  | { readonly do: 'leave' }

export interface NumberedOrder {
  readonly number: number
  readonly order: Order
}

/** How a client stands. Sent whenever it changes. */
export interface Standing {
  /** Caught up with the server, and told of everything as it happens. The server itself always is. */
  readonly live: boolean
  /** All that it has is in its file. */
  readonly stored: boolean
  /** Clients who are connected here. */
  readonly online: readonly string[]
  /** Records with changes that nobody else has acknowledged. */
  readonly unsent: number
  readonly todos: readonly TodoImage[]
}

/** What can be seen of a to-do that another client changed. */
export type Sight = 'created' | 'changed' | 'destroyed'

/** What a client tells. */
export type Report =
  /** It listens or dials; `found` is what was in its file before anybody could tell it anything. */
  | { readonly tell: 'begun'; readonly port: number; readonly found: readonly TodoImage[] }
  | { readonly tell: 'standing'; readonly standing: Standing }
  /** A change that another client made has arrived. */
  | { readonly tell: 'saw'; readonly what: Sight; readonly todo: TodoImage; readonly fields: readonly string[] }
  | { readonly tell: 'done'; readonly number: number; readonly id?: string; readonly todos?: readonly TodoImage[] }
  | { readonly tell: 'failed'; readonly number: number; readonly reason: string }
