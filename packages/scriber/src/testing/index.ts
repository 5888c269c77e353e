/** Doubles for tests that use the recorder: time that stands still, chance that repeats itself, and a store that keeps when it is told to. */
export { ManualClock } from './manual-clock.js'
export { SeededRandom } from './seeded-random.js'
export { SlowStore } from './slow-store.js'
