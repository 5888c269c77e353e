/** `@syncro/protocol/testing`: connections whose bytes move when a test says so. */

export {
  type ConnectionPair,
  connectionPair,
  type FlushOneOptions,
  type FlushOptions,
  type PairEnd,
  type PairOptions,
} from './connection-pair.js'
