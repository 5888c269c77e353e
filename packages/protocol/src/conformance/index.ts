/** `@syncro/protocol/conformance`: whether a connection, or a transport with its listener, keeps its contract. Works with any test framework. */

export { connectionSuite } from './connection-suite.js'
export type {
  ConnectionCapabilities,
  ConnectionFactory,
  ConnectionHarness,
  SuiteOptions,
  TestFunction,
} from './harness.js'
export { type TransportFactory, transportSuite } from './transport-suite.js'
