/** What a store must do, as tests: free of any test framework, since it is handed the function that takes one. */
export { type StoreCapabilities, type StorePlace, storeSuite, type TestFunction } from './store-suite.js'
