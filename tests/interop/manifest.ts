/** Every vector, and what is made of it here. */

export interface Tested {
  /** The peers that ours takes the place of, in turn. Unless `own` says otherwise it ends with the gem's records, having said what the gem said. */
  readonly roles: readonly string[]
  /** Why not all. */
  readonly because?: string
  readonly own?: Readonly<Record<string, Own>>
}

/** Where the gem fails, or does what a compatible peer must not do. */
export interface Own {
  readonly why: string
  /** The records that ours ends with, if those are not the gem's; or the peer whose records they are. */
  readonly records?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | string
  /** What ours says is another thing, and not compared. */
  readonly says?: 'otherwise'
  /** The code that ends our last session. */
  readonly ends?: string
}

export type Entry = Tested | { readonly untested: string }

const byHand = 'what the client sends was made by hand, to try the gem'
const crossed =
  'the gem raises where two changes cross; ours ignores what it cannot play, and clears the mark that ours left'

const live = (name: string, id = 81794180560860) => ({ [`Test ${id}`]: { name } })
const both: Tested = { roles: ['client', 'server'] }

export const manifest: Readonly<Record<string, Entry>> = {
  bad_bodies: {
    roles: ['server'],
    because: byHand,
    own: {
      server: {
        why: 'a body that is no JSON ends the session: PROTOCOL.md',
        ends: 'SYNCRO_JSON_INVALID',
        says: 'otherwise',
      },
    },
  },
  client_lost_state: {
    ...both,
    own: {
      server: { why: 'who has less than it acknowledged is told everything, as creates', says: 'otherwise' },
      client: {
        why: 'an update of what is not here is ignored, and what follows it is played',
        records: live('other', 87556787846540),
        says: 'otherwise',
      },
    },
  },
  concurrent_destroy: {
    ...both,
    own: { client: { why: crossed, says: 'otherwise' }, server: { why: crossed, says: 'otherwise' } },
  },
  concurrent_destroy_update: {
    ...both,
    own: { client: { why: crossed, says: 'otherwise' }, server: { why: crossed, says: 'otherwise' } },
  },
  concurrent_update_fields: both,
  concurrent_update_live: {
    ...both,
    own: {
      client: { why: 'ours stays, which the gem has in the end', records: live("client's") },
      server: { why: 'ours stays, which the gem has in the end', records: live("server's") },
    },
  },
  concurrent_update_offline: {
    ...both,
    own: {
      client: { why: 'ours stays, which the gem has in the end', records: live("client's") },
      server: { why: 'ours stays, which the gem has in the end', records: live("server's") },
    },
  },
  data_calls_methods: {
    roles: ['server'],
    because: byHand,
    own: {
      server: {
        why: 'attributes are fields here, whatever their names are',
        says: 'otherwise',
        records: Object.fromEntries(
          [
            'format',
            'open',
            'test',
            'load',
            'select',
            'system',
            'print',
            'rand',
            'raise',
            'hash',
            undefined,
            undefined,
            undefined,
            'exit',
          ]
            .map((name, at) => [`Test "d${at < 11 ? at : 'd'}"`, { [name ?? 'name']: 1 }])
            .filter((_, at) => at < 11 || at === 13),
        ),
      },
    },
  },
  data_reaches_setters: {
    roles: ['server'],
    because: byHand,
    own: {
      server: {
        why: 'attributes are fields here, whatever their names are; the empty one, and a record without an id, are left out',
        says: 'otherwise',
        records: {
          'Test "a"': { name: 'not recorded', scribe_disabled: true },
          'Test "c"': { name: 'x', new_record: false },
          'Test "d0"': { name: 'x', errors: 1 },
          'Test "d1"': { name: 'x', class: 1 },
          'Test "d2"': { name: 'x', method: 1 },
          'Test "d3"': { name: 'x', send: 1 },
          'Test "d4"': { name: 'x', object_id: 1 },
          'Test "d5"': { name: 'x', type: 1 },
          'Test "d6"': { name: 'x', 'a b': 1 },
          'Test "d7"': { name: 'x', 'a?': 1 },
          'Test "d8"': { name: 'x', 'a=': 1 },
          'Test "d9"': { name: 'x' },
          'Test "d10"': { '1': 1, name: 'x' },
          'Test "d11"': { name: 'x', ünï: 1 },
        },
      },
    },
  },
  error_received: { roles: ['server'], because: byHand },
  example_crashes: {
    roles: ['server'],
    because: byHand,
    own: { server: { why: 'an update of what is not here is answered with true', says: 'otherwise', records: {} } },
  },
  example_replies: {
    roles: ['server'],
    because: byHand,
    own: {
      server: {
        why: 'an update of what is not here is answered with true, and an error with nothing',
        says: 'otherwise',
      },
    },
  },
  first_sync_empty: both,
  first_sync_history: both,
  id_collision: {
    ...both,
    own: {
      client: { why: 'ours stays, which the gem has in the end', records: live("client's", 660) },
      server: { why: 'ours stays, which the gem has in the end', records: live("server's", 660) },
    },
  },
  joined_reads: both,
  limited_clients: { untested: 'waits for audiences: whom a record is for is decided with authority' },
  live_before_sync: {
    untested:
      'both sync late, which ours never does. bridge-opening.test.ts shows what it does with a gem that is late',
  },
  live_crud: both,
  no_clients: { untested: 'waits for audiences, as limited_clients does' },
  noop: both,
  odd_messages: { roles: ['server'], because: byHand },
  offline_create_update_copy: both,
  offline_create_update_shared: both,
  offline_then_sync: both,
  poisoned_by_failure: {
    roles: ['server'],
    because: byHand,
    own: { server: { why: 'nothing fails here, so nothing is withheld', says: 'otherwise' } },
  },
  relay: { roles: ['server', 'client1', 'client2'] },
  response_before_request: {
    roles: ['server'],
    because: byHand,
    own: { server: { why: 'ours syncs first of all', says: 'otherwise' } },
  },
  response_ids: { untested: 'waits for calls: what is numbered there are calls' },
  rpc: { untested: 'waits for calls' },
  rpc_reaches_ruby: { untested: 'waits for calls' },
  same_uid_twice: {
    untested:
      'version 1 has one uid for each device. bridge-opening.test.ts shows that the newer session takes the place',
  },
  size_65535: both,
  size_history: {
    ...both,
    own: {
      client: { why: 'a length that is wrong by 65,536 is mended', records: 'server' },
      server: {
        why: 'the answer that would be too long is one that fits, and live scribes behind it',
        says: 'otherwise',
      },
    },
  },
  split_reads: both,
  sync_stuck: {
    ...both,
    own: {
      client: {
        why: 'an update of what is destroyed here is ignored, and what follows it is played',
        says: 'otherwise',
        records: {
          ...live('behind it', 81590874547700),
          ...live('live', 83402650540100),
          'Todo "5fda63344baae8b2d58a889e2f"': { title: 'made after the failure', done: false },
        },
      },
      server: { why: 'the destroy is played first, so its update is not sent', says: 'otherwise' },
    },
  },
  text_ascii: both,
  text_rails3: {
    roles: ['client', 'server'],
    own: { server: { why: 'ours does not spoil what is above U+FFFF', says: 'otherwise' } },
  },
  text_raw_utf8_in: { roles: ['server'], because: byHand },
  text_utf8: {
    ...both,
    own: {
      client: {
        why: 'a frame that was cut short ends the session: what follows it cannot be told apart',
        ends: 'SYNCRO_JSON_INVALID',
      },
      server: { why: 'ours counts bytes, and writes ASCII', says: 'otherwise' },
    },
  },
  text_utf8_sender: { ...both, own: { server: { why: 'ours can send what the gem could not', says: 'otherwise' } } },
  unknown_class: {
    roles: ['server'],
    because: byHand,
    own: {
      server: {
        why: 'unknown classes are kept and relayed, so nothing is refused',
        says: 'otherwise',
        records: { 'Secret 1': { name: 'no' }, ...live('after', 71971195049820) },
      },
    },
  },
  unknown_from: {
    ...both,
    own: { server: { why: 'who names what is not known is told all that lives, as creates', says: 'otherwise' } },
  },
  uptodate: {
    roles: ['server'],
    because: 'ours does not skip history',
    own: { server: { why: 'a place that is not known is not answered by nothing for ever', says: 'otherwise' } },
  },
  values: {
    ...both,
    own: {
      server: {
        why: 'numbers are written in another way: 1e+300, not 1.0e+300; integers beyond 2^53 go as text',
        says: 'otherwise',
      },
    },
  },
  what_is_sent: {
    ...both,
    own: { server: { why: 'assigning what is there records nothing', says: 'otherwise' } },
  },
}
